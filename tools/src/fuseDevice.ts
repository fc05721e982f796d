import { closeSync, openSync } from 'node:fs';

export class NoFuseError extends Error {
  override readonly name = 'NoFuseError';
  readonly code = 'NoFuse';
}

const MISSING = 'load the kernel module (modprobe fuse); a container must be given the device';
const FORBIDDEN = 'allow it (chmod 666 /dev/fuse, as most distributions have it) or run as root';

/** Advice by errno. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: MISSING,
  ENODEV: MISSING,
  ENXIO: MISSING,
  EACCES: FORBIDDEN,
  EPERM: 'this container is not allowed to use the device: start it with --device /dev/fuse',
};

/** Asks, before minutes are spent on anything else, whether the emulator will be able to serve devices.
 * @throws NoFuseError with what to do */
export function requireFuse(path = '/dev/fuse'): void {
  try {
    closeSync(openSync(path, 'r+'));
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const advice = ADVICE[errno] === undefined ? '' : `: ${ADVICE[errno]}`;
    throw new NoFuseError(`the emulated devices need ${path}, which this user cannot open (${errno})${advice}`, {
      cause,
    });
  }
}
