import test from 'ava';
import { reporterOf } from '../../../src/decode/index.ts';
import { registerItem } from '../../registerItem.ts';

/* Bytes of module memories as PDDR passes them on: cable_technology is the top byte of the page's first word,
 * cable_identifier bits 15 to 8 of its second. */
const cases: readonly (readonly [kind: string, identifier: number, technology: number, words: string | undefined])[] = [
  ['QSFP28', 0, 0x00, 'VCSEL 850nm'],
  ['QSFP28', 0, 0xa0, 'Passive copper cable unequalized'],
  ['QSFP+', 1, 0xb8, 'Passive copper cable equalized'],
  ['OSFP', 8, 0x0a, 'Passive copper cable unequalized'],
  ['QSFP with CMIS', 7, 0x06, 'EML 1310nm'],
  ['QSFP-DD', 6, 0x14, 'Copper cable near end linear active equalizers'],
  ['QSFP-DD of a kind without a name', 6, 0x77, '119'],
  ['SFP28', 2, 0x04, 'Passive cable'],
  ['SFP28', 2, 0x08, 'Active cable'],
  ['SFP28', 2, 0x00, undefined],
];

for (const [kind, identifier, technology, words] of cases) {
  test(`${kind}: technology byte 0x${technology.toString(16)} is ${words ?? 'not told'}`, (t) => {
    const port = { local_port: 1 };
    const page = { 0: 0x0001_0000, 4: 3, 8: technology << 24, 12: identifier << 8 };
    const report = reporterOf('LinkDiagnostics')!.report([
      registerItem('PAOS', { 0: 0x0001_0101, 4: 0x0004_0050 }, port),
      registerItem('PDDR', page, { ...port, page_select: 3 }),
    ]);
    const rows = report.sections.flatMap((section) => section.rows);
    t.is(rows.find(({ label }) => label === 'Technology')?.value, words);
  });
}
