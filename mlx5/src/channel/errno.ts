import type { ChannelKind } from '../discover/device.ts';

/** Step of a channel's life in which a system call failed. */
export type ChannelStep = 'open' | 'info' | 'memory' | 'command';

interface ErrnoMeaning {
  readonly name: string;
  /** What it says about this channel, and what the reader can do. */
  readonly meaning: string;
}

/** Linux errno numbers that the two interfaces document (x86-64 and arm64 agree on them). */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  EBADMSG: 74,
  EMSGSIZE: 90,
  EOPNOTSUPP: 95,
  ETIMEDOUT: 110,
  ECANCELED: 125,
} as const;

type ErrnoName = keyof typeof ERRNO;

const unreached =
  'the command did not reach firmware, or firmware did not answer: see the kernel log for mlx5_core, then ask again';

const BOTH: Partial<Record<ErrnoName, string>> = {
  ENOENT: 'the node does not exist; the driver was unloaded or the device removed since it was found: scan again',
  EACCES: 'the file may not be opened: run as root or give the process access to the node',
  ENODEV: 'the device was removed or unbound while it was open: find it again by its PCI address',
  ENXIO: 'the device is in error or was removed: see the kernel log for mlx5_core and its health reporters',
  EIO: unreached,
  EAGAIN: unreached,
  ECANCELED: unreached,
  ETIMEDOUT:
    'firmware did not answer in the time the kernel gives a command (about 60 s): ask it nothing more for now; a device ' +
    'that stays so needs a reset',
  ENOMEM: 'the kernel had no memory for the command: see what uses the host’s memory, then ask again',
  EFAULT: 'the kernel could not read or write the buffers, a bug in this program: report it with the command',
  EBUSY: 'the device is busy: try again later',
};

const ONLY: Record<ChannelKind, Partial<Record<ErrnoName, string>>> = {
  mlx5ctl: {
    EPERM: 'every ioctl of mlx5ctl needs CAP_SYS_ADMIN: run privileged',
    ENOTTY:
      'no ioctl of mlx5ctl in any of its versions V1 to V4, so the file is no mlx5ctl node: name one of `nicdiag device`',
    EINVAL:
      'a length is below 16 or above what the version takes (8,192 bytes in V1 to V3, 262,144 in V4), or the structure ' +
      'is shorter than the driver expects: ask for less at once',
    EOPNOTSUPP:
      'reserved fields are not zero, so the driver speaks another version of the ABI: report which driver it is',
  },
  fwctl: {
    EPERM: 'the scope needs CAP_SYS_RAWIO: run with it, or ask for less impact',
    ENOTTY:
      'the file knows no fwctl ioctl, being no fwctl node: name one of `nicdiag device`; fwctl is in Linux 6.15 and later',
    EINVAL:
      'the structure is shorter than the kernel expects, a version of fwctl from after this program: use a newer one',
    E2BIG: 'the structure has fields that this kernel does not know, being older than this program: use a newer kernel',
    EMSGSIZE: 'the inbox or outbox is shorter than 16 bytes or longer than 2 MiB: ask for less at once',
    EBADMSG:
      'the kernel does not let this command pass fwctl in this scope: use mlx5ctl, or a higher impact where there is one',
    EOPNOTSUPP: 'the kernel does not know this scope or flag, being older than this program: use a newer kernel',
  },
};

/** What differs when memory is registered or taken back. */
const MEMORY: Partial<Record<ErrnoName, string>> = {
  ENOENT: 'the driver knows no such memory of this file, a bug in this program: report it with the command',
  EINVAL: 'the memory is empty or longer than 64 MiB, or a memory key still stands on it: ask for a smaller window',
  EFAULT: 'the memory is not mapped for writing, a bug in this program: report it with the command',
  ENOMEM: 'the kernel could not pin the memory, or it exceeds RLIMIT_MEMLOCK: raise the limit of locked memory',
};

const names: ReadonlyMap<number, ErrnoName> = new Map(
  Object.entries(ERRNO).map(([name, number]) => [number, name as ErrnoName]),
);

/** Names an errno and says what it means on this kind of channel, in this step. */
export function explainErrno(kind: ChannelKind, errno: number, step: ChannelStep = 'command'): ErrnoMeaning {
  const name = names.get(errno);
  if (name === undefined) return { name: `errno ${errno}`, meaning: 'an error that the interface does not document' };
  const ofStep = step === 'memory' ? MEMORY[name] : undefined;
  if (ofStep !== undefined) return { name, meaning: ofStep };
  return { name, meaning: ONLY[kind][name] ?? BOTH[name] ?? 'an error that the interface does not document' };
}

/** `ENODEV` for 19; the number for one that the interfaces do not document. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}

/** Whether the device is gone for good, as far as this open file is concerned. */
export function isGone(errno: number): boolean {
  return errno === ERRNO.ENODEV || errno === ERRNO.ENXIO;
}
