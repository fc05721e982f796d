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
  let shown = 0;
  for await (const { source, item } of itemsOf(path)) {
    io.signal.throwIfAborted();
    there.add(item.name);
    if (wanted.size > 0 && !wanted.has(item.name.toUpperCase())) continue;
    if (failed && (item.outcome === 'ok' || item.outcome === 'absent')) continue;
    if (output === 'json') io.out(`${JSON.stringify({ source, ...decodeOr(item) })}\n`);
    else io.out(`${heading(source)}${itemText(item)}`);
    shown += 1;
  }
  if (shown > 0) return;
  if (there.size === 0) throw new CommandError(`${path} has no items`);
  if (failed) io.err('nothing was refused or failed\n');
  else throw new CommandError(`${path} has no item of ${register.join(', ')}; it has ${[...there].join(', ')}`);
}
