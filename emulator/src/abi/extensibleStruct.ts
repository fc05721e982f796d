import { errno } from '../system/errno.ts';
import type { TransferBuffer } from '../system/transferBuffer.ts';
import { getU32 } from './userStruct.ts';

const CHUNK = 4096;

/** copy_struct_from_user with the rules of fwctl: the first u32 of a structure is its size. What the kernel does not
 * know must be zero.
 * @param buffer receives the structure; at least `knownSize` bytes and one page
 * @returns 0, EFAULT, EINVAL (too short) or E2BIG (non-zero bytes behind what is known) */
export function readExtensibleStruct(buffer: TransferBuffer, pid: number, address: number, knownSize: number): number {
  // Nearly always right, and one call instead of two.
  let readable = buffer.readFrom(pid, address, knownSize) === 0;
  if (!readable && buffer.readFrom(pid, address, 4) !== 0) return errno.EFAULT;
  const size = getU32(buffer.bytes, 0);
  if (size < knownSize) return errno.EINVAL;
  if (size > knownSize) {
    for (let at = knownSize; at < size; at += CHUNK) {
      const length = Math.min(CHUNK, size - at);
      if (buffer.readFrom(pid, address + at, length) !== 0) return errno.EFAULT;
      if (buffer.bytes.subarray(0, length).some((byte) => byte !== 0)) return errno.E2BIG;
    }
    readable = buffer.readFrom(pid, address, knownSize) === 0;
  }
  return readable ? 0 : errno.EFAULT;
}
