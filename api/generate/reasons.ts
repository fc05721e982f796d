import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

/** Where a reason may appear. */
const PLACES = {
  capture: '`DiagnosticCapture` condition',
  node: '`NodeCapture` status, `failures[]` of the capture',
  device: '`devices[]` of a NodeCapture, `failures[]` of the capture',
  collector: '`collectors[]` of a device in a NodeCapture, `failures[]` of the capture',
  nicdevice: '`NicDevice` condition',
  event: 'Event on the DiagnosticCapture',
} as const;

type Place = keyof typeof PLACES;

export interface ReasonRow {
  readonly reason: string;
  readonly on: readonly Place[];
  /** What has happened, one sentence. */
  readonly means: string;
  /** What the reader can look at or do, one or two sentences. */
  readonly check: string;
}

const TABLE = fileURLToPath(new URL('../reasons.yaml', import.meta.url));

/** Reads api/reasons.yaml.
 * @throws when a row is incomplete, badly named, in an unknown place, or out of alphabetical order (one place for each) */
export function readReasons(file: string = TABLE): ReasonRow[] {
  const rows = load(readFileSync(file, 'utf8')) as ReasonRow[];
  rows.forEach((row, index) => {
    const fail = (what: string): never => {
      throw new Error(`api/reasons.yaml, ${row.reason ?? `row ${index + 1}`}: ${what}`);
    };
    if (!/^[A-Z][A-Za-z0-9]{1,63}$/.test(row.reason)) fail('a reason is CamelCase, at most 64 characters');
    if (!row.means || !row.check) fail('says neither what it means nor what to check');
    if (row.on.length === 0) fail('appears nowhere');
    for (const place of row.on) if (!(place in PLACES)) fail(`unknown place ${place}`);
    const before = rows[index - 1];
    if (before && before.reason >= row.reason) fail(`must come before ${before.reason}, and only once`);
  });
  return rows;
}

/** Generates the constants. */
export function generateReasons(rows: readonly ReasonRow[]): string {
  const constants = rows.map(({ reason, means }) => `  /** ${means} */\n  ${reason}: '${reason}',`);
  const types = (Object.keys(PLACES) as Place[]).map((place) => {
    const members = rows.filter((row) => row.on.includes(place)).map((row) => `  | '${row.reason}'`);
    const name = `${place.charAt(0).toUpperCase()}${place.slice(1)}Reason`;
    return `/** Reasons that appear in: ${PLACES[place].replaceAll('`', '')}. */\nexport type ${name} =\n${members.join('\n')};\n`;
  });
  return `// Generated from api/reasons.yaml by \`make generate\`. Do not edit.

/** Every reason that nicdiag gives, by itself: \`Reason.NoNodeMatches\`. See docs/reasons.md. */
export const Reason = {
${constants.join('\n')}
} as const;

export type Reason = (typeof Reason)[keyof typeof Reason];

${types.join('\n')}`;
}

/** Generates the words of each reason, for programs that explain them; apart, for the others do without. */
export function generateReasonTexts(rows: readonly ReasonRow[]): string {
  const texts = rows.map(
    ({ reason, means, check }) =>
      `  ${reason}: {\n    means: ${JSON.stringify(means)},\n    check: ${JSON.stringify(check)},\n  },`,
  );
  return `// Generated from api/reasons.yaml by \`make generate\`. Do not edit.
import type { Reason } from './reasons.ts';

/** What a reason means, and what to look at or do. */
export interface ReasonText {
  readonly means: string;
  readonly check: string;
}

export const REASON_TEXTS: Readonly<Record<Reason, ReasonText>> = {
${texts.join('\n')}
};
`;
}

/** Generates docs/reasons.md. */
export function reasonsPage(rows: readonly ReasonRow[]): string {
  const sections = rows.map(
    ({ reason, on, means, check }) =>
      `## ${reason}\n\n${means}\n\n* **Appears in:** ${on.map((place) => PLACES[place]).join('; ')}\n* **Check:** ${check}\n`,
  );
  return `<!-- Generated from api/reasons.yaml by \`make generate\`. Do not edit. -->

# Reasons

Every condition, node, device and collector that did not simply succeed says why, with one of these words. \`kubectl get dcap,ncap\`
shows them in the column REASON, \`kubectl describe\` with a message.

${sections.join('\n')}`;
}
