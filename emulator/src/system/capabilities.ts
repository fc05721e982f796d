import { capget } from './libc.ts';

/** Linux capability numbers (uapi/linux/capability.h) that the drivers ask for. */
export const capability = { CAP_NET_RAW: 13, CAP_SYS_RAWIO: 17, CAP_SYS_ADMIN: 21 } as const;

const VERSION_3 = 0x20080522;
const header = new DataView(new ArrayBuffer(8));
const headerBytes = new Uint8Array(header.buffer);
const data = new DataView(new ArrayBuffer(24));
const dataBytes = new Uint8Array(data.buffer);

/** The lower 32 bits of the effective capability set of a process or thread, asked anew at each call because a caller
 * may drop capabilities between two. They are those of the caller's own user namespace: a process in a nested one
 * that is root there counts as root here. Zero when the process is gone. */
export function effectiveCapabilities(pid: number): number {
  header.setUint32(0, VERSION_3, true);
  header.setInt32(4, pid, true);
  return capget(headerBytes, dataBytes) === 0 ? data.getUint32(0, true) : 0;
}

export function hasCapability(pid: number, wanted: number): boolean {
  return ((effectiveCapabilities(pid) >>> wanted) & 1) === 1;
}
