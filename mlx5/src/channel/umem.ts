import type { MappedMemory } from './mappedMemory.ts';

/** Memory of this process that the driver has registered for this file, so that the device can write to it (UMEM_REG).
 *
 * There is no view of it, only copies. It belongs to the channel: what is not released is when the channel closes. */
export interface Umem extends Disposable {
  /** The device's name of it, 24 bits. */
  readonly id: number;
  /** Where the device is told that it lies: its address in this process. */
  readonly address: bigint;
  /** Whole pages, bytes. */
  readonly length: number;
  /** Fills `target` from `offset` on.
   * @throws RangeError outside of the memory or after `release` */
  copyOut(target: Uint8Array, offset?: number): void;
  /** Writes a part to a file.
   * @throws RangeError outside of the memory or after `release`; Error when write(2) fails */
  writeTo(fd: number, offset: number, length: number): void;
  /** Unregisters it. Memory that the kernel does not take back (an mkey still stands on it, the device is gone) stays
   * mapped until the channel is closed: only then can nobody write to it any more. */
  release(): void;
}

/** All registered memory of one channel. */
export interface UmemSet {
  /** @param unregister returns 0 or an errno */
  add(id: number, memory: MappedMemory, unregister: () => number): Umem;
  /** To be called when the file is closed: the driver has then ended every registration. */
  unmapAll(): void;
}

export function createUmemSet(): UmemSet {
  const mapped = new Set<MappedMemory>();

  return {
    add(id, memory, unregister) {
      mapped.add(memory);
      let held = true;

      function checkHeld(): void {
        if (!held) throw new RangeError(`umem ${id} was released`);
      }

      function release(): void {
        if (!held) return;
        held = false;
        if (unregister() !== 0) return;
        mapped.delete(memory);
        memory.unmap();
      }

      return {
        id,
        address: memory.address,
        length: memory.length,
        copyOut(target, offset = 0) {
          checkHeld();
          memory.copyOut(target, offset);
        },
        writeTo(fd, offset, length) {
          checkHeld();
          memory.writeTo(fd, offset, length);
        },
        release,
        [Symbol.dispose]: release,
      };
    },
    unmapAll() {
      for (const memory of mapped) memory.unmap();
      mapped.clear();
    },
  };
}
