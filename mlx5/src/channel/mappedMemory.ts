import koffi from 'koffi';

/** Memory outside of the JavaScript heap, page-aligned and zeroed. There is no view of it, only copies: a view that is
 * used after `unmap` is a segmentation fault. */
export interface MappedMemory {
  readonly address: bigint;
  /** Whole pages, bytes. */
  readonly length: number;
  /** Fills `target` from `offset` on.
   * @throws RangeError outside of the memory or after `unmap` */
  copyOut(target: Uint8Array, offset: number): void;
  /** Writes a part to a file.
   * @throws RangeError outside of the memory or after `unmap`; Error with the errno when write(2) fails */
  writeTo(fd: number, offset: number, length: number): void;
  /** Only when neither the kernel nor the device can write to it any more. Once. */
  unmap(): void;
}

export const PAGE_BYTES = 4096;

const PROT_READ_WRITE = 3;
/** MAP_PRIVATE | MAP_ANONYMOUS. */
const MAP_FLAGS = 0x22;
/** A child that the process forks does not get the memory: else the first write after the fork would move the parent's
 * page away from the one that the device was told. */
const MADV_DONTFORK = 10;
const MAP_FAILED = 2n ** 64n - 1n;

const libc = koffi.load('libc.so.6');
type Address = number | bigint;
const mmap: (hint: Address, length: number, protection: number, flags: number, fd: number, offset: number) => Address =
  libc.func('mmap', 'uint64', ['uint64', 'ulong', 'int', 'int', 'int', 'long']);
const munmap: (address: Address, length: number) => number = libc.func('munmap', 'int', ['uint64', 'ulong']);
const madvise: (address: Address, length: number, advice: number) => number = libc.func('madvise', 'int', [
  'uint64',
  'ulong',
  'int',
]);
const memcpy: (target: Uint8Array, source: Address, length: number) => unknown = libc.func('memcpy', 'uint64', [
  'void *',
  'uint64',
  'ulong',
]);
const write: (fd: number, source: Address, length: number) => number = libc.func('write', 'long', [
  'int',
  'uint64',
  'ulong',
]);

export type Mapping = { readonly memory: MappedMemory } | { readonly errno: number };

/** @param length bytes; rounded up to pages */
export function mapMemory(length: number): Mapping {
  const pages = Math.ceil(length / PAGE_BYTES) * PAGE_BYTES;
  const address = BigInt(mmap(0, pages, PROT_READ_WRITE, MAP_FLAGS, -1, 0));
  if (address === MAP_FAILED) return { errno: koffi.errno() };
  if (madvise(address, pages, MADV_DONTFORK) < 0) {
    const errno = koffi.errno();
    munmap(address, pages);
    return { errno };
  }
  return { memory: createMemory(address, pages) };
}

function createMemory(address: bigint, bytes: number): MappedMemory {
  let mapped = true;

  function check(offset: number, length: number): void {
    if (mapped && offset >= 0 && length >= 0 && offset + length <= bytes) return;
    const state = mapped ? `of ${bytes} bytes` : 'that was given back';
    throw new RangeError(`bytes ${offset} to ${offset + length} lie outside of memory ${state}`);
  }

  return {
    address,
    length: bytes,
    copyOut(target, offset) {
      check(offset, target.length);
      if (target.length > 0) memcpy(target, address + BigInt(offset), target.length);
    },
    writeTo(fd, offset, length) {
      check(offset, length);
      for (let done = 0; done < length; ) {
        const written = write(fd, address + BigInt(offset + done), length - done);
        if (written <= 0) throw new Error(`writing memory to a file failed with errno ${koffi.errno()}`);
        done += written;
      }
    },
    unmap() {
      if (!mapped) return;
      mapped = false;
      munmap(address, bytes);
    },
  };
}
