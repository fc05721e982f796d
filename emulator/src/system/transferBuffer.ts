import { errno } from './errno.ts';
import { addressOf, lastErrno, processVmReadv, processVmWritev } from './libc.ts';

/** A buffer of ours that is filled from, or written to, the memory of a process that called us. */
export interface TransferBuffer {
  readonly bytes: Uint8Array;
  /** Copies `length` bytes from the caller's memory to the start of `bytes`.
   * @param pid process or thread id of the caller
   * @returns 0, or the errno a kernel driver's copy_from_user would give */
  readFrom(pid: number, address: number, length: number): number;
  /** Copies the first `length` bytes of `bytes` to the caller's memory; what lies before a bad page is written, as
   * copy_to_user does.
   * @returns 0 or an errno */
  writeTo(pid: number, address: number, length: number): number;
}

/** process_vm_readv and _writev keep to page protections. /proc/pid/mem does not: it writes read-only pages and reads
 * inaccessible ones, where a driver answers EFAULT. */
export function createTransferBuffer(size: number): TransferBuffer {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  const local = createIovec();
  const remote = createIovec();
  local.fields.setBigUint64(0, addressOf(bytes), true);

  function transfer(call: typeof processVmReadv, pid: number, address: number, length: number): number {
    if (length === 0) return 0;
    setLength(local.fields, length);
    setLength(remote.fields, length);
    remote.fields.setUint32(0, address >>> 0, true);
    remote.fields.setUint32(4, Math.floor(address / 2 ** 32), true);
    const moved = call(pid, local.bytes, 1, remote.bytes, 1, 0);
    if (moved === length) return 0;
    if (moved >= 0) return errno.EFAULT;
    // A caller that exited meanwhile, or that we may not trace, has no memory as far as we can tell.
    const failure = lastErrno();
    return failure === errno.ENOMEM ? errno.ENOMEM : errno.EFAULT;
  }

  return {
    bytes,
    readFrom: (pid, address, length) => transfer(processVmReadv, pid, address, length),
    writeTo: (pid, address, length) => transfer(processVmWritev, pid, address, length),
  };
}

function createIovec(): { bytes: Uint8Array; fields: DataView } {
  const buffer = new ArrayBuffer(16);
  return { bytes: new Uint8Array(buffer), fields: new DataView(buffer) };
}

function setLength(iovec: DataView, length: number): void {
  iovec.setUint32(8, length, true);
}
