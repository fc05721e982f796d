import { readFileSync } from 'node:fs';

export interface LogLine {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What follows the last line break is a line that is being written.
 * @throws SyntaxError for a line that is no JSON */
export function readLogLines(path: string): LogLine[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.filter((text) => text !== '').map((text) => ({ text, fields: JSON.parse(text) }));
}

/** What of the cluster a line may speak of. */
export interface Subjects {
  /** `namespace/name` of captures, by UID. */
  readonly captures: ReadonlyMap<string, string>;
  readonly nodes: readonly string[];
}

const PCI_ADDRESS = /[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/g;

/** Fields that a line lacks: whoever speaks of a capture, a node or a device, in whatever words, names it in the field
 * of that name, so that one search finds all that concerns it. */
export function missingFields({ text, fields }: LogLine, { captures, nodes }: Subjects): string[] {
  const missing: string[] = [];
  for (const [uid, capture] of captures) {
    const [, name = ''] = capture.split('/');
    const speaksOfIt = text.includes(uid) || new RegExp(`\\b${name}\\b`).test(text);
    if (speaksOfIt && fields['capture'] !== capture) missing.push(`capture ${capture}`);
  }
  for (const node of nodes)
    if (new RegExp(`\\b${node}\\b`).test(text) && fields['node'] !== node) missing.push(`node ${node}`);
  const several = Array.isArray(fields['devices']) ? fields['devices'] : [];
  for (const [device] of text.matchAll(PCI_ADDRESS))
    if (fields['device'] !== device && !several.includes(device)) missing.push(`device ${device}`);
  return missing;
}
