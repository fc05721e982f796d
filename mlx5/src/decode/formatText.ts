import type { DecodedFields, DecodedItem, DecodedValue } from './decodedItem.ts';

/** So many elements of a list of numbers are written out in one line. */
const NUMBERS_A_LINE = 16;

/** A decoded item for people: a field a line with its meaning, nested fields indented, unknown bits at the end. */
export function formatText(decoded: DecodedItem): string {
  const lines: string[] = [];
  if (decoded.error !== undefined) {
    const { name, text, syndrome } = decoded.error;
    lines.push(`${decoded.outcome}: ${name} (${text})${syndrome === undefined ? '' : `, syndrome ${syndrome}`}`);
  }
  writeFields(lines, decoded.fields, '', 0, decoded.texts);
  for (const [byte, word] of Object.entries(decoded.unknown)) lines.push(`unknown bits at ${byte}: ${word}`);
  return lines.join('\n');
}

function writeFields(
  lines: string[],
  fields: DecodedFields,
  prefix: string,
  depth: number,
  texts: DecodedItem['texts'],
): void {
  const indent = '  '.repeat(depth);
  const plain = Object.entries(fields).filter(([, value]) => !isFields(value));
  const width = Math.max(0, ...plain.map(([name]) => name.length));
  for (const [name, value] of Object.entries(fields)) {
    const path = `${prefix}${name}`;
    if (isFields(value)) {
      lines.push(`${indent}${name}:`);
      writeFields(lines, value, `${path}.`, depth + 1, texts);
    } else if (isList(value)) writeList(lines, value, { name: name.padEnd(width), path, depth, texts });
    else lines.push(`${indent}${name.padEnd(width)}  ${withText(value, texts[path])}`);
  }
}

interface ListPlace {
  readonly name: string;
  readonly path: string;
  readonly depth: number;
  readonly texts: DecodedItem['texts'];
}

function writeList(lines: string[], values: readonly DecodedValue[], { name, path, depth, texts }: ListPlace): void {
  const indent = '  '.repeat(depth);
  const text = texts[path];
  if (text !== undefined) {
    lines.push(`${indent}${name}  "${text}"`);
    return;
  }
  if (values.some(isFields)) {
    for (const [at, value] of values.entries()) {
      if (!isFields(value)) continue;
      lines.push(`${indent}${name.trimEnd()}[${at}]:`);
      writeFields(lines, value, `${path}[${at}].`, depth + 1, texts);
    }
    return;
  }
  const words = values.map((value, at) => withText(typeof value === 'object' ? '' : value, texts[`${path}[${at}]`]));
  for (let at = 0; at < words.length; at += NUMBERS_A_LINE) {
    const label = at === 0 ? name : ' '.repeat(name.length);
    lines.push(`${indent}${label}  ${words.slice(at, at + NUMBERS_A_LINE).join(' ')}`);
  }
}

function withText(value: number | string, text: string | undefined): string {
  return text === undefined || text === String(value) ? String(value) : `${value} (${text})`;
}

function isFields(value: DecodedValue): value is DecodedFields {
  return typeof value === 'object' && !isList(value);
}

function isList(value: DecodedValue): value is readonly DecodedValue[] {
  return Array.isArray(value);
}
