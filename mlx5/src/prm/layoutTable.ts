import { readLayoutFile } from './layoutData.ts';

/** A generated table of which a program needs few entries. Each is parsed when it is asked for: a lane reads its first
 * register sooner, and a process keeps the text, which is a tenth of the objects. */
export interface LayoutTable {
  get(name: string): unknown;
  readonly names: readonly string[];
}

const NEWLINE = 0x0a;
const COMMA = 0x2c;

/** Finds the entries of a table without parsing it. The file is a JSON object with one entry a line; names are plain
 * words.
 * @throws Error where a line is no entry */
export function readLayoutTable(name: string): LayoutTable {
  const text = readLayoutFile(name);
  /** Where an entry's value starts. */
  const starts = new Map<string, number>();
  // Behind the opening bracket, up to the closing one.
  const last = text.lastIndexOf('\n}');
  for (let at = text.indexOf(NEWLINE); at >= 0 && at < last; at = text.indexOf(NEWLINE, at + 1)) {
    const end = text.indexOf('":', at);
    if (text[at + 1] !== 0x22 || end < 0) throw new Error(`layout table ${name}: byte ${at + 1} begins no entry`);
    starts.set(text.toString('latin1', at + 2, end), end + 2);
  }

  return {
    get(entry) {
      const start = starts.get(entry);
      if (start === undefined) return undefined;
      const end = text.indexOf(NEWLINE, start);
      return JSON.parse(text.toString('utf8', start, text[end - 1] === COMMA ? end - 1 : end));
    },
    names: [...starts.keys()],
  };
}
