import type { Report, ReportRow, Severity } from './report.ts';

/** Labels are at least so wide, so that the colons of several reports stand below each other. */
const LABEL_WIDTH = 32;
/** Values of a list that are written in one line. */
const VALUES_A_LINE = 8;

/** A report for people: what needs attention is counted at the top and marked where it stands. Ends in a newline. */
export function formatReport({ type, sections }: Report): string {
  const rows = sections.flatMap((section) => section.rows);
  const lines = [type, '='.repeat(type.length), summary(rows), ''];
  const width = Math.max(LABEL_WIDTH, ...rows.map(({ label }) => label.length));
  for (const section of sections) {
    lines.push(section.title, '-'.repeat(section.title.length));
    for (const row of section.rows) lines.push(...rowLines(row, width));
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function summary(rows: readonly ReportRow[]): string {
  if (rows.length === 0) return 'Nothing was read.';
  const count = (severity: Severity): number => rows.filter((row) => row.severity === severity).length;
  const parts = [plural(count('error'), 'error'), plural(count('warning'), 'warning')].filter((part) => part !== '');
  return parts.length === 0 ? 'Nothing needs attention.' : `${parts.join(', ')}, marked with (!) below.`;
}

function plural(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
}

function rowLines({ label, value, unit, severity, advice }: ReportRow, width: number): readonly string[] {
  const mark = severity === 'warning' || severity === 'error' ? `   (!) ${severity}` : '';
  const indent = ' '.repeat(width + 3);
  const [first = '', ...others] = valueLines(value).map((line) => (unit === undefined ? line : `${line} ${unit}`));
  const lines = [`${label.padEnd(width)} : ${first}${mark}`.trimEnd(), ...others.map((other) => `${indent}${other}`)];
  return advice === undefined ? lines : [...lines, `${indent}${advice}`];
}

function valueLines(value: ReportRow['value']): readonly string[] {
  if (typeof value !== 'object') return [String(value)];
  const lines: string[] = [];
  for (let at = 0; at < value.length; at += VALUES_A_LINE) lines.push(value.slice(at, at + VALUES_A_LINE).join(', '));
  return lines;
}
