import type { DecodedItem } from '@nicdiag/mlx5/decode';
import { isCounter } from './counters.ts';
import { flatten, type Leaf } from './flatten.ts';

/** One value that is not what it was. */
export interface Change {
  readonly path: string;
  /** Absent where the field was not there, e.g. a page that an older layout decoded. */
  readonly from?: Leaf;
  readonly to?: Leaf;
  /** What the values mean, where that is known. */
  readonly fromText?: string;
  readonly toText?: string;
  /** For counters that went up: by how much, decimal. */
  readonly delta?: string;
  /** Per second, when it is known how long apart the reads are. */
  readonly rate?: number;
}

/** What differs between two reads of the same thing; none if nothing does.
 * @param seconds between the reads, when both clocks are the same and run forward */
export function diffItems(from: DecodedItem, to: DecodedItem, seconds: number | undefined): readonly Change[] {
  const changes: Change[] = [];
  if (from.outcome !== to.outcome) changes.push({ path: 'outcome', ...outcomes(from, to) });
  const before = flatten(from.fields);
  const after = flatten(to.fields);
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const change = changeOf(before.get(path), after.get(path));
    if (change === undefined) continue;
    changes.push({
      path,
      ...change,
      ...texts(from.texts[path], to.texts[path]),
      ...(isCounter(to.name, path) ? growth(change, seconds) : {}),
    });
  }
  for (const byte of new Set([...Object.keys(from.unknown), ...Object.keys(to.unknown)])) {
    const change = changeOf(from.unknown[byte], to.unknown[byte]);
    if (change !== undefined) changes.push({ path: `unknown bits at ${byte}`, ...change });
  }
  return changes;
}

function outcomes(from: DecodedItem, to: DecodedItem): Pick<Change, 'from' | 'to'> {
  const told = ({ outcome, error }: DecodedItem) => (error === undefined ? outcome : `${outcome} (${error.name})`);
  return { from: told(from), to: told(to) };
}

function changeOf(from: Leaf | undefined, to: Leaf | undefined): Pick<Change, 'from' | 'to'> | undefined {
  if (from === to) return undefined;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function texts(fromText: string | undefined, toText: string | undefined): Pick<Change, 'fromText' | 'toText'> {
  return { ...(fromText === undefined ? {} : { fromText }), ...(toText === undefined ? {} : { toText }) };
}

/** A counter that went back was cleared, or its device reset: then there is no number of events. */
function growth({ from, to }: Pick<Change, 'from' | 'to'>, seconds: number | undefined): Partial<Change> {
  if (from === undefined || to === undefined) return {};
  const delta = BigInt(to) - BigInt(from);
  if (delta < 0n) return {};
  return { delta: String(delta), ...(seconds === undefined ? {} : { rate: Number(delta) / seconds }) };
}
