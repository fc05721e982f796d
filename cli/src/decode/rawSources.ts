import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decompress, type RecordedItem, readFileChunks, readItems, readTar } from '@nicdiag/artifacts';
import type { Item } from '@nicdiag/mlx5/decode';
import { CommandError, UsageError } from '../exitCodes.ts';
import { type CollectorTypes, collectorTypes, MANIFEST_NAME, typeBeside } from './collectorTypes.ts';

/** The raw file of one collector, wherever it was found. */
export interface RawSource {
  /** Path in the bundle or below the folder; the file's own path when it stands alone. */
  readonly path: string;
  /** Type of the collector, by the device's manifest; undefined where there is none beside it. */
  readonly collectorType: string | undefined;
  /** To be read to its end before the next source is asked for. */
  readonly items: AsyncIterable<RecordedItem>;
}

const RAW_NAME = 'raw.bin';
const BUNDLE_ENDING = '.tar.zst';
const RAW_MAGIC = Buffer.from('NICDIAGR');
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Every raw file in a bundle, a folder, or the one that `path` is (compressed or not). Of a folder those that were extracted
 * there, else those in the one bundle that is still packed there.
 * @throws UsageError when it is none of these, or a folder of several bundles; CommandError that names the file which cannot
 * be read to its end, also from `items` */
export async function* rawSources(path: string): AsyncGenerator<RawSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  if (found.isDirectory()) yield* inFolder(path);
  else yield* inWholeFile(path, path);
}

async function* inFolder(folder: string): AsyncGenerator<RawSource> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const extracted = names.filter((name) => name.split('/').at(-1) === RAW_NAME);
  const packed = extracted.length > 0 ? [] : names.filter((name) => name.endsWith(BUNDLE_ENDING));
  if (packed.length > 1) {
    throw new UsageError(
      `${folder} has ${packed.length} bundles (${packed.slice(0, 3).join(', ')} …): name one of them`,
    );
  }
  for (const name of [...extracted, ...packed]) yield* inWholeFile(join(folder, name), name);
}

async function* inWholeFile(path: string, shown: string): AsyncGenerator<RawSource> {
  for await (const source of named(path, inFile(path, shown))) {
    yield { ...source, items: named(path, source.items) };
  }
}

/** What is wrong within a file is said with its name: it may be one of two, or of many. */
async function* named<T>(path: string, reading: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* reading;
  } catch (cause) {
    if (cause instanceof UsageError || cause instanceof CommandError) throw cause;
    throw new CommandError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

async function* inFile(path: string, shown: string): AsyncGenerator<RawSource> {
  await using file = await open(path, 'r');
  const head = Buffer.alloc(RAW_MAGIC.byteLength);
  await file.read(head, 0, head.byteLength, 0);
  if (head.equals(RAW_MAGIC)) {
    return yield { path: shown, collectorType: await typeBeside(path), items: readItems(readFileChunks(file)) };
  }
  if (!head.subarray(0, ZSTD_MAGIC.byteLength).equals(ZSTD_MAGIC)) {
    throw new UsageError(`${path} is neither a bundle (.tar.zst) nor a raw file`);
  }
  const plain = decompress(readFileChunks(file));
  const first = await plain.next();
  const content = startingWith(first.done === true ? [] : [first.value], plain);
  if (first.done !== true && first.value.subarray(0, RAW_MAGIC.byteLength).equals(RAW_MAGIC)) {
    return yield { path: shown, collectorType: await typeBeside(path), items: readItems(content) };
  }
  // The manifest of a device comes before its files.
  let types: CollectorTypes = new Map();
  for await (const entry of readTar(content)) {
    if (entry.type !== 'file') continue;
    if (entry.path.endsWith(`/${MANIFEST_NAME}`)) types = await collectorTypes(entry.size, entry.body);
    if (entry.path.endsWith(`/${RAW_NAME}`)) {
      yield {
        path: entry.path,
        collectorType: types.get(basename(dirname(entry.path))),
        items: readItems(entry.body),
      };
    }
  }
}

/** Items alone, without their times and places in the file. */
export async function* withoutPlaces(items: AsyncIterable<RecordedItem>): AsyncGenerator<Item> {
  for await (const { item } of items) yield item;
}

async function* startingWith(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}
