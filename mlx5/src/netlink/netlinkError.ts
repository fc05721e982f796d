import { getSystemErrorName } from 'node:util';

/** errno numbers for what goes wrong on this side of a netlink socket. */
const ERRNO = { Malformed: 74, TooLong: 90, TimedOut: 110, Cancelled: 125 } as const;

export type NetlinkFault = keyof typeof ERRNO | 'System';

/** An exchange over netlink that did not come to its end. */
export class NetlinkError extends Error {
  /** What went wrong: the answer's form, its length, its time; or a system call. */
  readonly code: NetlinkFault;
  /** EBADMSG, EMSGSIZE, ETIMEDOUT, ECANCELED, or that of the system call. */
  readonly errno: number;
  constructor(code: NetlinkFault, message: string, errno: number = code === 'System' ? 0 : ERRNO[code]) {
    super(message);
    this.name = 'NetlinkError';
    this.code = code;
    this.errno = errno;
  }
}

export function malformed(message: string): NetlinkError {
  return new NetlinkError('Malformed', message);
}

/** @param tried what the system call was for */
export function systemError(tried: string, errno: number): NetlinkError {
  return new NetlinkError('System', `${tried}: ${errnoText(errno)}`, errno);
}

/** `ENOENT` for 2. */
export function errnoText(errno: number): string {
  try {
    const name = getSystemErrorName(-errno);
    // Linux has one number for both.
    return name === 'ENOTSUP' ? 'EOPNOTSUPP' : name;
  } catch {
    // A number that this system has no name for.
    return `errno ${errno}`;
  }
}
