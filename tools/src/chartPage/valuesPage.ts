import { isMap, isScalar, type Node, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';

/** A value of a chart, or a map of them that has words of its own. */
export interface ChartValue {
  /** With dots: `agent.spoolLimit`. */
  readonly path: string;
  /** As YAML in one line; undefined for a map whose values follow. */
  readonly default: string | undefined;
  /** The comment above it, as one line. */
  readonly text: string;
}

/** Reads a values file with its comments. A map written in one line, an empty one and a list are values themselves; any
 * other map is a group of values.
 * @throws Error when the text is no YAML map */
export function readValues(text: string): ChartValue[] {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  const { contents } = document;
  if (!isMap(contents)) throw new Error('a values file is a map');
  return [...valuesOf(contents, '')];
}

function* valuesOf(map: YAMLMap, prefix: string): Generator<ChartValue> {
  // The comment above the first key of a map belongs to the map in this library.
  let first = map.commentBefore ?? undefined;
  for (const pair of map.items as Pair<Node, Node | null>[]) {
    const path = `${prefix}${String(isScalar(pair.key) ? pair.key.value : pair.key)}`;
    const comment = pair.key.commentBefore ?? first;
    first = undefined;
    const { value } = pair;
    const group = isMap(value) && value.items.length > 0 && value.flow !== true;
    const text = oneLine(comment);
    if (!group || text !== '') yield { path, text, default: group ? undefined : inOneLine(value) };
    if (group) yield* valuesOf(value, `${path}.`);
  }
}

/** Only the last paragraph of a comment is about what stands below it. */
function oneLine(comment: string | undefined): string {
  const paragraph = comment?.split(/\n\s*\n/).at(-1) ?? '';
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

function inOneLine(value: Node | null): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
}

/** The values as tables of a page, one for each key of the top level. */
export function valuesPage(values: readonly ChartValue[]): string {
  const groups = new Map<string, ChartValue[]>();
  for (const value of values) {
    const [top = ''] = value.path.split('.');
    groups.set(top, [...(groups.get(top) ?? []), value]);
  }
  return [...groups].map(([top, members]) => table(top, members)).join('\n');
}

function table(top: string, members: readonly ChartValue[]): string {
  const [head, ...rest] = members;
  const group = head?.path === top && head.default === undefined ? head : undefined;
  const rows = group === undefined ? members : rest;
  return [
    `### ${top}`,
    '',
    ...(group === undefined ? [] : [group.text, '']),
    '| value | default | |',
    '| --- | --- | --- |',
    ...rows.map(({ path, default: value, text }) => `| \`${path}\` | ${cell(value)} | ${escaped(text)} |`),
    '',
  ].join('\n');
}

const cell = (value: string | undefined): string => (value === undefined ? '' : `\`${escaped(value)}\``);
const escaped = (text: string): string => text.replaceAll('|', '\\|');
