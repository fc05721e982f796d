import type { Bus } from '../firmware/memory/bus.ts';
import { createTransferBuffer } from '../system/transferBuffer.ts';

/** Bus addresses of one host, and the memory of processes that they stand for. */
export interface Iommu extends Bus {
  /** Gives pinned memory of a process a run of bus addresses.
   * @param process its id; a thread's would end before it
   * @param address of a page
   * @returns bus address of its first page */
  map(process: number, address: number, pages: number): number;
  /** @param busAddress as `map` returned it */
  unmap(busAddress: number): void;
  /** Pages that are pinned of a process, or of all. */
  pinnedPages(process?: number): number;
  /** Writes of a device that found no memory: to addresses that nothing is mapped at, or to memory that its process has
   * given back although it is still registered. On hardware they would be lost, or hit somebody else. */
  readonly lostWrites: number;
}

export const PAGE = 4096;
const CHUNK = 2 * 1024 * 1024;
/** Anything but 0, and beyond what would be mistaken for memory of the emulator's own objects. */
const FIRST = 2 ** 40;

interface Mapping {
  readonly process: number;
  readonly address: number;
  readonly bus: number;
  readonly pages: number;
}

export function createIommu(): Iommu {
  const mappings = new Map<number, Mapping>();
  const chunk = createTransferBuffer(CHUNK);
  let next = FIRST;
  let lostWrites = 0;

  function write(address: number, bytes: Uint8Array): void {
    const mapping = [...mappings.values()].find(({ bus, pages }) => address >= bus && address < bus + pages * PAGE);
    if (mapping === undefined || address + bytes.length > mapping.bus + mapping.pages * PAGE) {
      lostWrites++;
      return;
    }
    const target = mapping.address + (address - mapping.bus);
    for (let at = 0; at < bytes.length; at += CHUNK) {
      const part = bytes.subarray(at, at + CHUNK);
      chunk.bytes.set(part);
      if (chunk.writeTo(mapping.process, target + at, part.length) !== 0) lostWrites++;
    }
  }

  return {
    map(process, address, pages) {
      const bus = next;
      // A page between two runs, so that a write past an end hits nothing.
      next += (pages + 1) * PAGE;
      mappings.set(bus, { process, address, bus, pages });
      return bus;
    },
    unmap: (bus) => void mappings.delete(bus),
    pinnedPages: (process) =>
      [...mappings.values()]
        .filter((mapping) => process === undefined || mapping.process === process)
        .reduce((sum, { pages }) => sum + pages, 0),
    get lostWrites() {
      return lostWrites;
    },
    write,
  };
}
