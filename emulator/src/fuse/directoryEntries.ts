import { typeOf } from './attributes.ts';
import type { DirectoryNode } from './tree.ts';

/** One entry of a directory as it was when the directory was opened: offsets of READDIR stay valid. */
export interface DirectoryEntry {
  readonly id: number;
  /** DT_* type: bits 15:12 of the mode. */
  readonly type: number;
  readonly name: Uint8Array;
}

const DIRENT_SIZE = 24;
const textEncoder = new TextEncoder();

export function listDirectory(node: DirectoryNode): DirectoryEntry[] {
  const dots = ['.', '..'].map((name) => ({ id: node.id, type: 4, name: textEncoder.encode(name) }));
  const entries = [...node.children].map(([name, child]) => ({
    id: child.id,
    type: typeOf(child) >>> 12,
    name: textEncoder.encode(name),
  }));
  return [...dots, ...entries];
}

/** Writes as many `struct fuse_dirent` as fit.
 * @param from index of the first entry, which is the offset that the kernel got with the entry before it
 * @returns bytes written */
export function writeDirectoryEntries(
  bytes: Uint8Array,
  entries: readonly DirectoryEntry[],
  from: number,
  room: number,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let written = 0;
  for (const [position, entry] of entries.entries()) {
    if (position < from) continue;
    const size = (DIRENT_SIZE + entry.name.length + 7) & ~7;
    if (written + size > room) break;
    view.setUint32(written, entry.id, true);
    view.setUint32(written + 8, position + 1, true);
    view.setUint32(written + 16, entry.name.length, true);
    view.setUint32(written + 20, entry.type, true);
    bytes.set(entry.name, written + DIRENT_SIZE);
    written += size;
  }
  return written;
}
