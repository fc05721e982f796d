import type { FoundFields } from './foundItems.ts';
import type { ReportRow, ReportSection, ReportValue, Severity } from './report.ts';

/** A row, or none for a value that was not read. */
export function row(
  label: string,
  value: ReportRow['value'] | undefined,
  more: { readonly unit?: string; readonly severity?: Severity | undefined; readonly advice?: string | undefined } = {},
): readonly ReportRow[] {
  if (value === undefined || value === '' || (typeof value === 'object' && value.length === 0)) return [];
  const { unit, severity, advice } = more;
  return [
    {
      label,
      value,
      ...(unit === undefined ? {} : { unit }),
      ...(severity === undefined ? {} : { severity }),
      ...(advice === undefined ? {} : { advice }),
    },
  ];
}

/** Sections that have rows. */
export function sections(
  ...all: readonly { readonly title: string; readonly rows: readonly (readonly ReportRow[])[] }[]
): readonly ReportSection[] {
  return all.map(({ title, rows }) => ({ title, rows: rows.flat() })).filter((section) => section.rows.length > 0);
}

/** The meaning of a value in words: enum names of the database have underscores for blanks. */
export function words(fields: FoundFields, path: string): string | undefined {
  const text = fields.text(path);
  return text === undefined ? fields.value(path)?.toString() : readable(text);
}

export function readable(text: string): string {
  return text.replaceAll('_', ' ').trim();
}

/** One value for each lane, bin or whatever is counted.
 * @returns undefined when the first is not there */
export function listOf<T extends ReportValue>(
  count: number,
  value: (at: number) => T | undefined,
): readonly T[] | undefined {
  const values = Array.from({ length: count }, (_, at) => value(at)).filter((each) => each !== undefined);
  return values.length === 0 ? undefined : values;
}
