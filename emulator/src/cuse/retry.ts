import type { Connection } from '../fuse/connection.ts';
import { IOCTL_IOVEC_SIZE, IOCTL_OUT_SIZE, IOCTL_RETRY } from '../fuse/protocol.ts';
import { ok } from '../fuse/requestServer.ts';
import type { UserStructure } from '../fuse/tree.ts';

/** Answers an ioctl with the memory of the caller that it is about. The kernel then copies it itself, in the caller's
 * context as a driver would, and asks once more; a bad address ends the call in EFAULT without us.
 * @param address of the structure, the argument of the ioctl
 * @returns the handler's result */
export function askAgain({ body, bodyBytes }: Connection, address: number, { read, written }: UserStructure): number {
  const vectors = [read, written].map((length) => (length > 0 ? [length] : []));
  bodyBytes.fill(0, 0, IOCTL_OUT_SIZE);
  body.setUint32(4, IOCTL_RETRY, true);
  // First those to read, then those to write.
  body.setUint32(8, vectors[0]?.length ?? 0, true);
  body.setUint32(12, vectors[1]?.length ?? 0, true);
  let at = IOCTL_OUT_SIZE;
  for (const length of vectors.flat()) {
    body.setUint32(at, address >>> 0, true);
    body.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
    body.setUint32(at + 8, length, true);
    body.setUint32(at + 12, 0, true);
    at += IOCTL_IOVEC_SIZE;
  }
  return ok(at);
}
