import { decodeOr, itemText } from '../decode/itemText.ts';
import { rawSources } from '../decode/rawSources.ts';
import { showReports } from '../decode/showReports.ts';
import { CommandError, UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';

export interface DecodeOptions {
  /** Register or capability names; all without. */
  readonly register: readonly string[];
  /** The page of each collector that has one, instead of its items. */
  readonly report?: boolean;
  /** Type of the collector, for a report of a raw file without its manifest. */
  readonly type?: string;
  readonly output?: string;
}

/** Decodes raw bytes anew, with the layouts of this version; needs no cluster. JSON is one object a line. */
export async function decodeCommand(path: string, options: DecodeOptions, io: Io): Promise<void> {
  const { output = 'text' } = options;
  if (output !== 'text' && output !== 'json') throw new UsageError(`-o must be json or left out, not ${output}`);
  if (options.report === true) {
    if (options.register.length > 0) throw new UsageError('--report and --register exclude each other');
    return showReports(path, options.type, output === 'json', io);
  }
  if (options.type !== undefined) throw new UsageError('--type is for --report');
  const wanted = new Set(options.register.map((name) => name.toUpperCase()));
  let shown = 0;
  for await (const source of rawSources(path)) {
    let heading = `# ${source.path}\n\n`;
    for await (const item of source.items) {
      io.signal.throwIfAborted();
      if (wanted.size > 0 && !wanted.has(item.name.toUpperCase())) continue;
      if (output === 'json') io.out(`${JSON.stringify({ source: source.path, ...decodeOr(item) })}\n`);
      else io.out(`${heading}${itemText(item)}`);
      heading = '';
      shown += 1;
    }
  }
  if (shown > 0) return;
  throw new CommandError(
    wanted.size > 0 ? `${path} has no item of ${options.register.join(', ')}` : `${path} has no items`,
  );
}
