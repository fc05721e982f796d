import { type Refusal, refuse } from '../status.ts';
import type { Bus } from './bus.ts';

/** Registered memory: pages in the order of its own addresses, by their bus addresses. */
export interface Umem {
  readonly pages: readonly number[];
  readonly pageBytes: number;
  /** Where it begins in its first page. */
  readonly offset: number;
}

/** A memory key over a umem. */
export interface OwnKey {
  readonly pd: number;
  readonly umem: number;
  /** Byte of the umem that `start` stands for. */
  readonly umemOffset: number;
  /** Address of the first byte as its maker counts. */
  readonly start: number;
  readonly length: number;
  /** The low byte of the key. */
  readonly variant: number;
  readonly localWrite: boolean;
  readonly localRead: boolean;
  /** The context as it was given, 64 bytes. */
  readonly context: Uint8Array;
}

/** Where a command may write in a client's memory, from one address on. Fits what a dump is poured into. */
export interface MemorySink {
  readonly capacity: number;
  /** Takes the next bytes, up to the capacity in all.
   * @returns true */
  write(bytes: Uint8Array): boolean;
}

export interface MemoryCounts {
  readonly umems: number;
  readonly protectionDomains: number;
  readonly memoryKeys: number;
}

/** Registered memory, protection domains and memory keys that user contexts have made. Each belongs to one UID; for
 * another one it is not there. */
export interface MemoryObjects {
  readonly counts: MemoryCounts;
  createUmem(uid: number, umem: Umem): number;
  /** Refuses while a key stands on it. */
  destroyUmem(uid: number, id: number): Refusal | undefined;
  allocPd(uid: number): number;
  /** Refuses while a key belongs to it. */
  deallocPd(uid: number, id: number): Refusal | undefined;
  /** Refuses a umem or protection domain of another UID, and a key that goes beyond the umem.
   * @returns mkey_index */
  createMkey(uid: number, key: OwnKey): number | Refusal;
  destroyMkey(uid: number, index: number): Refusal | undefined;
  /** The key of that index; undefined for another UID. */
  mkey(uid: number, index: number): OwnKey | undefined;
  /** What a command names as its destination: `mkey` with its low byte, an address that the key covers, and a size.
   * Refuses a key of another UID, one that is gone, one without local write, and what goes beyond its end. */
  sink(uid: number, mkey: number, address: number, size: number): MemorySink | Refusal;
  /** Everything of a context ends. */
  endContext(uid: number): void;
  clear(): void;
}

interface Owned<T> {
  readonly uid: number;
  readonly value: T;
}

/** Numbers start here, above those of what other programs have made. */
const FIRST_PD = 0x80_0000;
const FIRST_MKEY = 0x80_0000;
const IDS = 2 ** 24;

export function createMemoryObjects(bus: Bus): MemoryObjects {
  const umems = createOwnedTable<Umem>(1);
  const pds = createOwnedTable<undefined>(FIRST_PD);
  const mkeys = createOwnedTable<OwnKey>(FIRST_MKEY);

  function isUsed(what: 'pd' | 'umem', id: number): boolean {
    return mkeys.some((key) => key[what] === id);
  }

  return {
    get counts() {
      return { umems: umems.size, protectionDomains: pds.size, memoryKeys: mkeys.size };
    },
    createUmem: umems.add,
    destroyUmem(uid, id) {
      if (umems.get(uid, id) === undefined) return refuse('BAD_RES', 'DESTROY_UMEM');
      if (isUsed('umem', id)) return refuse('BAD_RES_STATE', 'DESTROY_UMEM in use');
      umems.remove(id);
      return undefined;
    },
    allocPd: (uid) => pds.add(uid, undefined),
    deallocPd(uid, id) {
      if (!pds.has(uid, id)) return refuse('BAD_RES', 'DEALLOC_PD');
      if (isUsed('pd', id)) return refuse('BAD_RES_STATE', 'DEALLOC_PD in use');
      pds.remove(id);
      return undefined;
    },
    createMkey(uid, key) {
      const umem = umems.get(uid, key.umem);
      if (umem === undefined) return refuse('BAD_RES', 'CREATE_MKEY umem');
      if (!pds.has(uid, key.pd)) return refuse('BAD_RES', 'CREATE_MKEY pd');
      if (key.length === 0 || key.umemOffset + key.length > bytesOf(umem))
        return refuse('BAD_PARAM', 'CREATE_MKEY len');
      return mkeys.add(uid, key);
    },
    destroyMkey(uid, index) {
      if (!mkeys.has(uid, index)) return refuse('BAD_RES', 'DESTROY_MKEY');
      mkeys.remove(index);
      return undefined;
    },
    mkey: mkeys.get,
    sink(uid, mkey, address, size) {
      const key = mkeys.get(uid, Math.floor(mkey / 0x100));
      const umem = key === undefined ? undefined : umems.get(uid, key.umem);
      if (key === undefined || umem === undefined || key.variant !== mkey % 0x100) return refuse('BAD_RES', 'mkey');
      if (!key.localWrite) return refuse('BAD_PARAM', 'mkey without local write');
      const offset = address - key.start;
      if (offset < 0 || offset + size > key.length) return refuse('BAD_PARAM', 'mkey bounds');
      let at = key.umemOffset + offset;
      return {
        capacity: size,
        write(bytes) {
          writePages(bus, umem, at, bytes);
          at += bytes.length;
          return true;
        },
      };
    },
    endContext(uid) {
      for (const table of [mkeys, pds, umems]) table.removeOf(uid);
    },
    clear() {
      for (const table of [mkeys, pds, umems]) table.clear();
    },
  };
}

function bytesOf({ pages, pageBytes, offset }: Umem): number {
  return pages.length * pageBytes - offset;
}

/** Consecutive pages are written at once. */
function writePages(bus: Bus, { pages, pageBytes, offset }: Umem, from: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    const at = offset + from + done;
    const page = Math.floor(at / pageBytes);
    const address = (pages[page] ?? 0) + (at % pageBytes);
    let end = (page + 1) * pageBytes;
    for (let next = page + 1; pages[next] === (pages[next - 1] ?? 0) + pageBytes; next++) {
      if (end - at >= bytes.length - done) break;
      end += pageBytes;
    }
    const length = Math.min(bytes.length - done, end - at);
    bus.write(address, bytes.subarray(done, done + length));
    done += length;
  }
}

interface OwnedTable<T> {
  readonly size: number;
  add(uid: number, value: T): number;
  has(uid: number, id: number): boolean;
  get(uid: number, id: number): T | undefined;
  remove(id: number): void;
  removeOf(uid: number): void;
  some(matches: (value: T) => boolean): boolean;
  clear(): void;
}

/** Numbers go up and come round, so that one that has just ended is not the next one that begins. */
function createOwnedTable<T>(first: number): OwnedTable<T> {
  const rows = new Map<number, Owned<T>>();
  let next = first;

  function get(uid: number, id: number): T | undefined {
    const row = rows.get(id);
    return row?.uid === uid ? row.value : undefined;
  }

  return {
    get size() {
      return rows.size;
    },
    add(uid, value) {
      while (rows.has(next)) next = next + 1 < IDS ? next + 1 : first;
      const id = next;
      rows.set(id, { uid, value });
      next = id + 1 < IDS ? id + 1 : first;
      return id;
    },
    has: (uid, id) => rows.get(id)?.uid === uid,
    get,
    remove: (id) => void rows.delete(id),
    removeOf(uid) {
      for (const [id, row] of rows) if (row.uid === uid) rows.delete(id);
    },
    some: (matches) => [...rows.values()].some(({ value }) => matches(value)),
    clear: () => rows.clear(),
  };
}
