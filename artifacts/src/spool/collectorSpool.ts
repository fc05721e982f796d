import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item, KnownItem } from '@nicdiag/mlx5/decode';
import { decodedJson, decodedText } from '../items/decodedFiles.ts';
import { type ItemFailure, itemFailure, itemLine } from '../items/itemLine.ts';
import { encodedLength, encodeItem, type WallClock, wallClock } from '../raw/encodeItem.ts';
import { readItems } from '../raw/readItems.ts';
import { recoverRawFile } from '../raw/recoverRawFile.ts';
import type { RecordedItem } from '../raw/takeItem.ts';
import { readFileChunks } from '../readFileChunks.ts';
import { syncDirectory } from '../syncDirectory.ts';
import type { ItemDecoder, RenderedReport } from './itemDecoder.ts';
import { spoolErrorFrom } from './spoolError.ts';
import { type SpooledBlob, writeBlob } from './writeBlob.ts';

/** Raw files up to this length are decoded on the node; larger ones are shipped raw only (design §8). */
export const DECODE_LIMIT = 4 * 1024 * 1024;
/** Failures that are listed one by one; the rest is only counted. */
export const MAX_LISTED_FAILURES = 64;
/** A power cut loses at most what was appended in this time. */
const SYNC_INTERVAL_MS = 1000;

export interface CollectorSpoolOptions<D> {
  readonly decoder: ItemDecoder<D>;
  /** Type of the collector, e.g. `LinkDiagnostics`: some have a report. Default: none. */
  readonly collectorType?: string;
  /** Default DECODE_LIMIT. */
  readonly decodeLimit?: number;
  /** Default: this host's. */
  readonly wallClock?: () => WallClock;
}

export interface FinishedCollector {
  readonly items: number;
  /** Items whose outcome is `refused` or `failed`. */
  readonly itemErrors: number;
  /** The first MAX_LISTED_FAILURES of them. */
  readonly failures: readonly ItemFailure[];
  readonly blobs: readonly SpooledBlob[];
}

/** The files of one collector of one device, on the node. Items go into `raw.bin` as they come; everything else is made
 * from it at the end, so a crash leaves one file to recover.
 *
 * Durability: an appended item is in the kernel's hands when `append` resolves, so SIGKILL of the agent loses none. The
 * file is also flushed to the disk once a second while it grows, and at the end: a power cut loses the last second, and
 * those items are read again. Flushing each batch would cost a disk latency for each, for a device that is still there
 * to be asked. */
export interface CollectorSpool extends AsyncDisposable {
  /** The items that were on disk when the spool was opened; long ones are abridged. */
  readonly recovered: readonly KnownItem[];
  /** Length of `raw.bin`. */
  readonly rawLength: number;
  /** Resolves when a crash of this process can no longer lose the items. Calls are done one after another.
   * @throws SpoolError; the file then ends after the last whole item */
  append(items: readonly Item[]): Promise<void>;
  /** Makes and hashes the files to be uploaded. May be called again, also after a crash: the same files come out.
   * @throws SpoolError */
  finish(): Promise<FinishedCollector>;
}

/** Opens or creates the spool in `directory` (made if missing).
 * @throws SpoolError; RawFormatError when `raw.bin` was written by another version */
export async function createCollectorSpool<D>(
  directory: string,
  options: CollectorSpoolOptions<D>,
): Promise<CollectorSpool> {
  const path = join(directory, 'raw.bin');
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw spoolErrorFrom(error, `cannot make ${directory}`);
  });
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600).catch((error: unknown) => {
    throw spoolErrorFrom(error, `cannot open ${path}`);
  });
  const recovered = await recoverRawFile(file);
  const spool = { directory, file, length: recovered.length, sequence: recovered.items.length, syncedAt: Date.now() };
  let tail: Promise<unknown> = syncDirectory(directory);
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    const result = tail.then(work, work);
    tail = result.catch(() => undefined);
    return result;
  };
  return {
    recovered: recovered.items,
    get rawLength() {
      return spool.length;
    },
    append: (items) => queued(() => append(spool, items, (options.wallClock ?? wallClock)())),
    finish: () => queued(() => finish(spool, options)),
    async [Symbol.asyncDispose]() {
      await tail;
      await file.close();
    },
  };
}

interface SpoolState {
  readonly directory: string;
  readonly file: FileHandle;
  length: number;
  sequence: number;
  syncedAt: number;
}

async function append(spool: SpoolState, items: readonly Item[], wallOf: WallClock): Promise<void> {
  const parts = items.flatMap((item, index) => encodeItem(item, spool.sequence + index, wallOf));
  const length = encodedLength(parts);
  try {
    await writeAll(spool.file, parts, spool.length);
    if (Date.now() - spool.syncedAt >= SYNC_INTERVAL_MS) {
      await spool.file.datasync();
      spool.syncedAt = Date.now();
    }
  } catch (error) {
    await spool.file.truncate(spool.length);
    throw spoolErrorFrom(error, `cannot write ${join(spool.directory, 'raw.bin')}`);
  }
  spool.length += length;
  spool.sequence += items.length;
}

/** writev takes at most 1024 parts and may write less than it was given. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[], position: number): Promise<void> {
  for (let first = 0; first < parts.length; first += 1000) {
    const some = parts.slice(first, first + 1000);
    const length = encodedLength(some);
    const { bytesWritten } = await file.writev(some, position);
    if (bytesWritten < length) {
      const rest = Buffer.concat(some).subarray(bytesWritten);
      let done = 0;
      while (done < rest.byteLength) {
        done += (await file.write(rest, done, rest.byteLength - done, position + bytesWritten + done)).bytesWritten;
      }
    }
    position += length;
  }
}

async function finish<D>(spool: SpoolState, options: CollectorSpoolOptions<D>): Promise<FinishedCollector> {
  const { decoder, decodeLimit = DECODE_LIMIT } = options;
  const { directory, file } = spool;
  const raw = () => readFileChunks(file, { end: spool.length });
  // What goes over a file of any size goes in the same memory.
  const reused = () => readFileChunks(file, { end: spool.length, reuse: true });
  const counted = { items: 0, itemErrors: 0, failures: [] as ItemFailure[] };
  const outputs: readonly Output[] = [
    { name: 'raw.bin', mediaType: 'application/vnd.nicdiag.raw', source: reused },
    {
      name: 'items.ndjson',
      mediaType: 'application/x-ndjson',
      source: () => itemLines(count(readItems(reused(), { reuse: true }), counted, decoder), decoder),
    },
    ...(spool.length > decodeLimit
      ? []
      : [
          { name: 'decoded.json', mediaType: 'application/json', source: () => decodedJson(onlyItems(raw()), decoder) },
          { name: 'text.txt', mediaType: 'text/plain', source: () => decodedText(onlyItems(raw()), decoder) },
        ]),
    ...reportFiles(() => onlyItems(raw()), options),
  ];
  try {
    await file.datasync();
    const blobs: SpooledBlob[] = [];
    for (const { name, mediaType, source } of outputs) {
      blobs.push({ name, mediaType, ...(await writeBlob(join(directory, `${name}.zst`), source())) });
    }
    await syncDirectory(directory);
    return { ...counted, blobs };
  } catch (error) {
    throw spoolErrorFrom(error, `cannot finish the files in ${directory}`);
  }
}

/** `report.json` and `report.txt`, however long the raw file is: a report holds little. */
function reportFiles<D>(
  items: () => AsyncIterable<Item>,
  { decoder, collectorType = '' }: CollectorSpoolOptions<D>,
): readonly Output[] {
  const make = decoder.reportMaker?.(collectorType);
  if (make === undefined) return [];
  let report: Promise<RenderedReport> | undefined;
  const part = async function* (name: keyof RenderedReport): AsyncGenerator<Uint8Array> {
    report ??= make(items());
    yield Buffer.from((await report)[name]);
  };
  return [
    { name: 'report.json', mediaType: 'application/json', source: () => part('json') },
    { name: 'report.txt', mediaType: 'text/plain', source: () => part('text') },
  ];
}

interface Output {
  readonly name: string;
  readonly mediaType: string;
  readonly source: () => AsyncIterable<Uint8Array>;
}

async function* count<D>(
  items: AsyncIterable<RecordedItem>,
  counted: { items: number; itemErrors: number; failures: ItemFailure[] },
  decoder: ItemDecoder<D>,
): AsyncGenerator<RecordedItem> {
  for await (const recorded of items) {
    counted.items += 1;
    if (recorded.item.outcome !== 'ok' && recorded.item.outcome !== 'absent') {
      counted.itemErrors += 1;
      if (counted.failures.length < MAX_LISTED_FAILURES) {
        counted.failures.push(itemFailure(recorded.item, decoder.statusName));
      }
    }
    yield recorded;
  }
}

async function* itemLines<D>(items: AsyncIterable<RecordedItem>, decoder: ItemDecoder<D>): AsyncGenerator<Uint8Array> {
  for await (const recorded of items) {
    yield Buffer.from(`${JSON.stringify(itemLine(recorded, decoder.statusName))}\n`);
  }
}

async function* onlyItems(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Item> {
  for await (const recorded of readItems(raw)) yield recorded.item;
}
