import type { Item } from '@nicdiag/mlx5/decode';
import { decodeOr, itemText } from '../decode/itemText.ts';
import { rawSources } from '../decode/rawSources.ts';
import { showReports } from '../decode/showReports.ts';
import { CommandError, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';

export interface DecodeOptions {
  /** Register or capability names; all without. */
  readonly register?: readonly string[];
  /** Only what was refused or failed. */
  readonly failed?: boolean;
  /** The page of each collector that has one, instead of its items. */
  readonly report?: boolean;
  /** Type of the collector, for a report of a raw file without its manifest. */
  readonly type?: string;
  readonly output?: string;
}

/** Decodes raw bytes anew, with the layouts of this version; needs no cluster. JSON is one object a line. */
export async function decodeCommand(path: string, options: DecodeOptions, io: Io): Promise<void> {
  const { output = 'text', register = [], failed = false } = options;
  if (output !== 'text' && output !== 'json') throw new UsageError(`-o must be json or left out, not ${output}`);
  if (options.report === true) {
    if (register.length > 0 || failed) throw new UsageError('--report goes with neither --register nor --failed');
    return showReports(path, options.type, output === 'json', io);
  }
  if (options.type !== undefined) throw new UsageError('--type is for --report');
  const wanted = new Set(register.map((name) => name.toUpperCase()));
  const there = new Set<string>();
  let heading: string | undefined;
  for await (const { source, item, startedAt } of itemsIn(path)) {
    io.signal.throwIfAborted();
    there.add(item.name);
    if (wanted.size > 0 && !wanted.has(item.name.toUpperCase())) continue;
    if (failed && item.outcome !== 'refused' && item.outcome !== 'failed') continue;
    if (output === 'json') io.out(`${JSON.stringify({ source, ...timeOf(item, startedAt), ...decodeOr(item) })}\n`);
    else io.out(`${source === heading ? '' : `# ${source}\n\n`}${itemText(item)}`);
    heading = source;
  }
  if (heading !== undefined) return;
  if (there.size === 0) throw new CommandError(`${path} has no items`);
  if (wanted.size > 0 && ![...there].some((name) => wanted.has(name.toUpperCase()))) {
    throw new CommandError(`${path} has no item of ${register.join(', ')}; it has ${some(there)}`);
  }
  io.err('nothing was refused or failed\n');
}

interface FoundItem {
  /** Of the raw file that it is in. */
  readonly source: string;
  readonly item: Item;
  readonly startedAt?: Date;
}

/** When its first command was given, by both clocks, and how long its commands took. */
function timeOf({ frames }: Item, startedAt: Date | undefined) {
  const startedNs = frames[0]?.startedNs;
  if (startedNs === undefined) return {};
  const wall = startedAt === undefined ? {} : { startedAt: startedAt.toISOString() };
  const elapsedNs = frames.reduce((sum, frame) => sum + frame.elapsedNs, 0n);
  return { ...wall, startedNs: String(startedNs), elapsedNs: String(elapsedNs) };
}

async function* itemsIn(path: string): AsyncGenerator<FoundItem> {
  for await (const source of rawSources(path)) {
    for await (const found of source.items) yield { source: source.path, ...found };
  }
}

const MOST_NAMES = 12;

function some(names: ReadonlySet<string>): string {
  const more = names.size > MOST_NAMES ? ` and ${names.size - MOST_NAMES} more` : '';
  return [...names].slice(0, MOST_NAMES).join(', ') + more;
}
