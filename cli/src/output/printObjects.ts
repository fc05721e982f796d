import { dump } from 'js-yaml';
import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import { type Column, formatTable } from './table.ts';

export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name';

const FORMATS: readonly string[] = ['wide', 'json', 'yaml', 'name'];

/** @throws UsageError */
export function parseOutput(value: string | undefined): OutputFormat {
  if (value === undefined) return 'table';
  if (FORMATS.includes(value)) return value as OutputFormat;
  throw new UsageError(`-o must be one of ${FORMATS.join(', ')}, not ${value}`);
}

/** An object of the API as far as printing goes. */
export interface Printable {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
}

export interface PrintOptions<T> {
  readonly format: OutputFormat;
  readonly columns: readonly Column<T>[];
  /** For `-o name`, e.g. `diagnosticcapture.nicdiag.dev`. */
  readonly type: string;
  /** One object was asked for by name: JSON and YAML print it, not a List. */
  readonly single?: boolean;
  /** What to say, on stderr, when there is nothing. */
  readonly nothing: string;
}

export function printObjects<T extends Printable>(io: Io, objects: readonly T[], options: PrintOptions<T>): void {
  const { format, columns, type, single = false, nothing } = options;
  const whole = single ? objects[0] : list(objects);
  if (format === 'json') {
    io.out(`${JSON.stringify(whole, null, 2)}\n`);
  } else if (format === 'yaml') {
    // Quotes what YAML 1.1 readers, kubectl among them, would take for a boolean.
    io.out(dump(whole));
  } else if (objects.length === 0) {
    io.err(`${nothing}\n`);
  } else if (format === 'name') {
    io.out(objects.map((object) => `${type}/${object.metadata.name}\n`).join(''));
  } else {
    const shown = columns.filter((column) => format === 'wide' || column.wide !== true);
    io.out(formatTable(objects, shown, { colour: io.colour }));
  }
}

function list(items: readonly Printable[]): object {
  return { apiVersion: 'v1', kind: 'List', metadata: {}, items };
}
