import { type DecodedItem, decodeItem, formatText, type Item } from '@nicdiag/mlx5/decode';
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
      else io.out(`${heading}${item.key}\n${indented(textOf(item))}\n`);
      heading = '';
      shown += 1;
    }
  }
  if (shown > 0) return;
  throw new CommandError(
    wanted.size > 0 ? `${path} has no item of ${options.register.join(', ')}` : `${path} has no items`,
  );
}

function textOf(item: Item): string {
  const decoded = decodeOr(item);
  return 'fields' in decoded ? formatText(decoded) : decoded.error.text;
}

type Undecoded = Pick<Item, 'key' | 'name'> & { readonly error: { readonly name: string; readonly text: string } };

/** A register that this version has no layout for is shown as such; the raw bytes are in the file. */
function decodeOr(item: Item): DecodedItem | Undecoded {
  try {
    return decodeItem(item);
  } catch (error) {
    const text = `cannot be decoded: ${error instanceof Error ? error.message : String(error)}`;
    return { key: item.key, name: item.name, error: { name: 'NotDecoded', text } };
  }
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
}
