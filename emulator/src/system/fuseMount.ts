import { closeSync, constants, lstatSync, mkdirSync, openSync } from 'node:fs';
import { errno } from './errno.ts';
import { lastErrno, mount, umount2 } from './libc.ts';
import { SystemError } from './systemError.ts';

const MS_NOSUID = 2;
const MS_NODEV = 4;
const MNT_FORCE = 1;
const MNT_DETACH = 2;

export interface FuseMount {
  /** Handle of /dev/fuse that speaks for this mount. */
  readonly fd: number;
  readonly directory: string;
  /** Aborts the connection and detaches the mount: whoever waits in a call gets ECONNABORTED. A plain umount would
   * wait for callers that hang, and so would this process at its end. */
  unmount(): void;
}

/** Mounts an empty FUSE connection on a directory, which is made when it is missing; requests queue until a server reads
 * them from `fd`. Called as mount(2) rather than through mount(8), which a container image may not have.
 * @param devices whether character devices there are devices
 * @throws SystemError when /dev/fuse is missing or mounting is not permitted */
export function mountFuse(directory: string, name: string, devices: boolean): FuseMount {
  clearDeadMount(directory);
  mkdirSync(directory, { recursive: true });
  const fd = openFuseDevice();
  const owner = `user_id=${process.geteuid?.() ?? 0},group_id=${process.getegid?.() ?? 0}`;
  const options = `fd=${fd},rootmode=40000,${owner},allow_other,default_permissions`;
  if (mount(name, directory, `fuse.${name}`, MS_NOSUID | (devices ? 0 : MS_NODEV), options) !== 0) {
    const failure = lastErrno();
    closeSync(fd);
    throw new SystemError(`mounting FUSE on ${directory}`, failure, 'run as root, or inside `unshare -Urm`');
  }
  return {
    fd,
    directory,
    unmount() {
      if (umount2(directory, MNT_FORCE | MNT_DETACH) !== 0) {
        const failure = lastErrno();
        // EINVAL: no mount any more, somebody else has taken it away.
        if (failure !== errno.EINVAL) throw new SystemError(`unmounting ${directory}`, failure, 'unmount it by hand');
      }
    },
  };
}

const FORBIDDEN = 'allow this user to open it (chmod 666 /dev/fuse), or run as root';
const MISSING = 'load the fuse module, or pass /dev/fuse into this container';

function openFuseDevice(): number {
  try {
    return openSync('/dev/fuse', constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    const failure = error instanceof Error && 'errno' in error ? -Number(error.errno) : errno.EIO;
    throw new SystemError('opening /dev/fuse', failure, failure === errno.EACCES ? FORBIDDEN : MISSING);
  }
}

/** A server that was killed leaves a mount that answers ENOTCONN to everything. */
function clearDeadMount(directory: string): void {
  try {
    lstatSync(directory);
  } catch (error) {
    // Anything else, such as a directory that is not there yet, is for mkdir to judge.
    if (error instanceof Error && 'code' in error && error.code === 'ENOTCONN') umount2(directory, MNT_DETACH);
  }
}
