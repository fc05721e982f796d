import { getSystemErrorMap } from 'node:util';
import type { Item } from '@nicdiag/mlx5/decode';
import type { RecordedItem } from '../raw/takeItem.ts';

/** One line of `items.ndjson`: what can be said of an item without decoding it. Status, syndrome and errno are those of
 * its last frame; `…Ns` are CLOCK_MONOTONIC nanoseconds as decimal text, because they exceed 2^53. */
export interface ItemLine {
  readonly key: string;
  readonly name: string;
  readonly kind: Item['kind'];
  readonly index: Readonly<Record<string, number>>;
  readonly outcome: Item['outcome'];
  readonly status: string;
  /** `0x` and 8 hex digits; absent when 0. */
  readonly syndrome?: string;
  /** e.g. `ENODEV`; absent when every command reached firmware. */
  readonly errno?: string;
  /** Wall clock of the host, to a millisecond; absent where the raw file does not say it. */
  readonly startedAt?: string;
  readonly startedNs: string;
  readonly elapsedNs: string;
  readonly frames: number;
  /** Where the item stands in `raw.bin`. */
  readonly offset: number;
  readonly length: number;
}

export function itemLine(recorded: RecordedItem, statusName: (status: number) => string): ItemLine {
  const { item } = recorded;
  const first = item.frames[0];
  const last = item.frames.at(-1);
  const error = itemFailure(item, statusName);
  return {
    key: item.key,
    name: item.name,
    kind: item.kind,
    index: item.index,
    outcome: item.outcome,
    status: statusName(last?.status ?? 0),
    ...(error.syndrome !== undefined && { syndrome: error.syndrome }),
    ...(error.errno !== undefined && { errno: error.errno }),
    ...(recorded.startedAt !== undefined && { startedAt: recorded.startedAt.toISOString() }),
    startedNs: String(first?.startedNs ?? 0n),
    elapsedNs: String(item.frames.reduce((sum, frame) => sum + frame.elapsedNs, 0n)),
    frames: item.frames.length,
    offset: recorded.offset,
    length: recorded.length,
  };
}

/** Why an item is not `ok`, for manifests and messages. */
export interface ItemFailure {
  readonly key: string;
  readonly outcome: Item['outcome'];
  readonly status?: string;
  readonly syndrome?: string;
  readonly errno?: string;
}

export function itemFailure(item: Item, statusName: (status: number) => string): ItemFailure {
  const last = item.frames.at(-1);
  return {
    key: item.key,
    outcome: item.outcome,
    ...(last !== undefined && last.errno === 0 && { status: statusName(last.status) }),
    ...(last !== undefined && last.syndrome !== 0 && { syndrome: `0x${last.syndrome.toString(16).padStart(8, '0')}` }),
    ...(last !== undefined && last.errno !== 0 && { errno: errnoName(last.errno) }),
  };
}

/** `ENODEV` for 19; `errno 1234` for one that the C library has no name for. */
export function errnoName(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;
}
