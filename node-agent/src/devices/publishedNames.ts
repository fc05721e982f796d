import { readFile } from 'node:fs/promises';
import { writeFileDurably } from '@nicdiag/runtime';

/** Names of the NicDevices that this node's agents have made, across restarts: an agent may not list them, and one whose
 * card was taken out while no agent ran must still be deleted. */
export interface PublishedNames {
  readonly names: ReadonlySet<string>;
  add(name: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A file that cannot be read counts as empty: what is stale then goes with its Node, its owner. */
export async function openPublishedNames(path: string): Promise<PublishedNames> {
  const names = new Set(await readNames(path));
  let last: Promise<void> = Promise.resolve();
  // One write after another: each replaces the whole file.
  const save = (): Promise<void> => {
    const write = (): Promise<void> => writeFileDurably(path, JSON.stringify([...names].sort()));
    last = last.then(write, write);
    return last;
  };
  return {
    names,
    async add(name) {
      if (names.has(name)) return;
      names.add(name);
      await save();
    },
    async remove(name) {
      if (names.delete(name)) await save();
    },
  };
}

async function readNames(path: string): Promise<readonly string[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}
