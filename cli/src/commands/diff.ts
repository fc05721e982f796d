import { type Change, diffItems } from '../diff/diffItems.ts';
import { type IndexedItem, type ItemIndex, indexItems } from '../diff/itemIndex.ts';
import { CommandError, EXIT, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';

export interface DiffOptions {
  readonly output?: string;
  readonly exitCode?: boolean;
}

/** What differs in one item, or that only one side has it. */
interface Difference {
  readonly device: string;
  readonly key: string;
  readonly only?: 'a' | 'b';
  /** Seconds from A to B, when both were read on a host that was not restarted between. */
  readonly seconds?: number;
  readonly changes: readonly Change[];
}

/** Compares two bundles, folders or raw files by the fields of their items, with the layouts of this version.
 * @returns the exit code: with --exit-code 1 when something differs */
export async function diffCommand(a: string, b: string, { output, exitCode }: DiffOptions, io: Io): Promise<number> {
  if (output !== undefined && output !== 'json') throw new UsageError(`-o must be json or left out, not ${output}`);
  const before = await itemsOf('A', a, io);
  const after = await itemsOf('B', b, io);
  let count = 0;
  let device: string | undefined;
  for (const difference of differences(before, after)) {
    if (output === 'json') io.out(`${JSON.stringify(difference)}\n`);
    else {
      if (difference.device !== device && difference.device !== '') io.out(`# ${difference.device}\n\n`);
      io.out(textOf(difference));
    }
    device = difference.device;
    count += 1;
  }
  io.err(count === 0 ? 'nothing differs\n' : `${count} items differ\n`);
  return count > 0 && exitCode === true ? EXIT.failed : EXIT.done;
}

/** @throws CommandError for a side without items: a comparison with nothing would say that nothing differs, or everything */
async function itemsOf(side: string, path: string, io: Io): Promise<ItemIndex> {
  const index = await indexItems(path, io);
  if ([...index.values()].some((items) => items.size > 0)) return index;
  throw new CommandError(`nothing to compare: ${side}, ${path}, has no items`);
}

function* differences(before: ItemIndex, after: ItemIndex): Generator<Difference> {
  for (const [deviceA, deviceB] of pairs(before, after)) {
    const device = deviceB ?? deviceA ?? '';
    const a = before.get(deviceA ?? '') ?? new Map<string, IndexedItem>();
    const b = after.get(deviceB ?? '') ?? new Map<string, IndexedItem>();
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      const difference = differenceOf(a.get(key), b.get(key));
      if (difference !== undefined) yield { device, key, ...difference };
    }
  }
}

/** The same device on both sides. When each side has just one they are compared whatever their names: a card that was
 * moved, or two hosts. */
function pairs(before: ItemIndex, after: ItemIndex): (readonly [string | undefined, string | undefined])[] {
  const [a] = before.keys();
  const [b] = after.keys();
  if (before.size === 1 && after.size === 1) return [[a, b]];
  const all = [...new Set([...before.keys(), ...after.keys()])].sort();
  return all.map((device) => [before.has(device) ? device : undefined, after.has(device) ? device : undefined]);
}

function differenceOf(
  a: IndexedItem | undefined,
  b: IndexedItem | undefined,
): Omit<Difference, 'device' | 'key'> | undefined {
  if (a === undefined || b === undefined) return { only: a === undefined ? 'b' : 'a', changes: [] };
  if (a.digest === b.digest) return undefined;
  const elapsed = Number(b.startedNs - a.startedNs) / 1e9;
  const seconds = elapsed > 0 ? { seconds: elapsed } : {};
  if (a.decoded === undefined || b.decoded === undefined) {
    return { ...seconds, changes: [{ path: 'sha256', from: a.digest, to: b.digest }] };
  }
  const changes = diffItems(a.decoded, b.decoded, elapsed > 0 ? elapsed : undefined);
  return changes.length === 0 ? undefined : { ...seconds, changes };
}

function textOf({ key, only, seconds, changes }: Difference): string {
  if (only !== undefined) return `${key}\n  only in ${only.toUpperCase()}\n\n`;
  const apart = seconds === undefined ? '' : `   (${seconds.toFixed(1)} s apart)`;
  const shared = commonParents(changes.map(({ path }) => path));
  const names = changes.map(({ path }) => path.slice(shared.length));
  const width = Math.max(...names.map((name) => name.length));
  const lines = changes.map((change, at) => `  ${names[at]?.padEnd(width)}  ${arrow(change)}${growth(change)}\n`);
  return `${key}${apart}\n${shared === '' ? '' : `  ${shared}\n`}${lines.join('')}\n`;
}

/** The part that all paths begin with, up to a dot. */
function commonParents(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  let end = first.lastIndexOf('.') + 1;
  while (end > 0 && !others.every((path) => path.startsWith(first.slice(0, end)))) {
    end = first.lastIndexOf('.', end - 2) + 1;
  }
  return first.slice(0, end);
}

function arrow({ from, to, fromText, toText }: Change): string {
  const told = (value: number | string | undefined, text: string | undefined): string => {
    if (value === undefined) return 'nothing';
    return text === undefined || text === String(value) ? String(value) : `${value} (${text})`;
  };
  return `${told(from, fromText)} → ${told(to, toText)}`;
}

function growth({ delta, rate }: Change): string {
  if (delta === undefined) return '';
  return rate === undefined ? `   +${delta}` : `   +${delta}, ${rate < 100 ? rate.toFixed(1) : Math.round(rate)}/s`;
}
