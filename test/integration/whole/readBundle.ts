import { isDigest, readItems, verifyBundle } from '@nicdiag/artifacts';
import type { Item } from '@nicdiag/mlx5/decode';
import type { LoggedCommand } from '@nicdiag/tools';

/** A verified bundle: its files by path below the capture's folder, e.g. `gpu-a/0000:03:00.0/regs/raw.bin`. */
export type BundleContents = ReadonlyMap<string, Buffer>;

export interface ReadOptions {
  /** Evidence may have come after the seal, as a later revision of the manifest. */
  readonly late?: boolean;
}

/** Reads a bundle and checks everything in it.
 * @param expectedDigest of the capture manifest, as the capture's status has it
 * @throws Error with all that is wrong */
export async function readBundle(
  body: AsyncIterable<Uint8Array>,
  expectedDigest: string | undefined,
  { late = false }: ReadOptions = {},
): Promise<BundleContents> {
  if (expectedDigest === undefined || !isDigest(expectedDigest)) throw new Error(`no digest: ${expectedDigest}`);
  const files = new Map<string, Buffer>();
  const { problems, matches } = await verifyBundle(body, {
    expectedDigest,
    async sink(path, content) {
      files.set(path.replace(/^[^/]+\//, ''), Buffer.concat(await Array.fromAsync(content)));
    },
  });
  const isSealed = matches === 'newest' || (late && matches === 'older');
  if (problems.length > 0 || !isSealed)
    throw new Error(`the bundle is wrong (${matches}): ${JSON.stringify(problems)}`);
  return files;
}

/** Items of a collector's raw file. */
export async function itemsOf(files: BundleContents, folder: string): Promise<Item[]> {
  const raw = files.get(`${folder}/raw.bin`);
  if (raw === undefined) throw new Error(`no ${folder}/raw.bin among ${[...files.keys()].join(', ')}`);
  const recorded = await Array.fromAsync(readItems(oneChunk(raw)));
  return recorded.map(({ item }) => item);
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Every command that a host's part of a bundle has the frames of, told apart as the emulator's log tells them: sorted. */
export async function recordedCommands(files: BundleContents, host: string): Promise<string[]> {
  const folders = [...files.keys()].filter((path) => path.startsWith(`${host}/`) && path.endsWith('/raw.bin'));
  const found = await Promise.all(
    folders.map(async (path) => {
      const device = path.split('/')[1];
      const items = await itemsOf(files, path.replace(/\/raw\.bin$/, ''));
      return items.flatMap(({ kind, name, frames }) =>
        frames.map(({ opcode, opMod }) => [device, opcode, opMod, kind === 'register' ? name : ''].join(' ')),
      );
    }),
  );
  return found.flat().sort();
}

/** The same of commands in the emulator's log. */
export function givenCommands(log: readonly LoggedCommand[]): string[] {
  return log.map(({ device, opcode, opMod, register }) => [device, opcode, opMod, register ?? ''].join(' ')).sort();
}
