import test from 'ava';
import type { Item } from '../../../src/collect/item.ts';
import { formatReport } from '../../../src/decode/report/formatReport.ts';
import { makeReport } from '../../../src/decode/report/makeReport.ts';
import type { Reporter } from '../../../src/decode/report/report.ts';
import { STATUS } from '../../../src/prm/index.ts';
import { registerItem } from '../../registerItem.ts';

/** Shows the first word of each MSGI. */
const reporter: Reporter = {
  type: 'RegisterDump',
  needs: ({ name }) => name === 'MSGI',
  report: (items) => ({
    type: 'RegisterDump',
    sections: [{ title: 'Words', rows: [{ label: 'First', value: items.map(firstWord) }] }],
  }),
};

function firstWord({ frames }: Item): string {
  return Buffer.from(frames[0]?.outbox.subarray(16, 20) ?? []).toString('hex');
}

/** As items come from a file: views of memory that is used again. */
async function* stream(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) {
    const memory = item.frames.map((frame) => ({ ...frame, outbox: Buffer.from(frame.outbox) }));
    yield { ...item, frames: memory };
    for (const { outbox } of memory) outbox.fill(0xee);
  }
}

test('a report is made from the items it needs, whatever becomes of their memory', async (t) => {
  const items = [registerItem('MSGI', { 0: 1 }), registerItem('MGIR', { 0: 2 }), registerItem('MSGI', { 0: 3 })];
  t.deepEqual(await makeReport(reporter, stream(items)), {
    type: 'RegisterDump',
    sections: [{ title: 'Words', rows: [{ label: 'First', value: ['00000001', '00000003'] }] }],
  });
});

test('what is above the limit is left out, and the report says so', async (t) => {
  const items = [1, 2, 3, 4].map((word) => registerItem('MSGI', { 0: word }));
  const { sections } = await makeReport(reporter, stream(items), 600);
  t.deepEqual(
    sections.map(({ title, rows }) => [title, rows[0]?.value, rows[0]?.severity]),
    [
      ['Words', ['00000001', '00000002'], undefined],
      ['This report', 2, 'warning'],
    ],
  );
});

/** A register of which firmware says that it is not there. */
function absent(name: string): Item {
  const item = registerItem(name, {});
  const frames = item.frames.map((frame) => ({ ...frame, status: STATUS.BAD_SYS_STATE }));
  return { ...item, outcome: 'absent', frames };
}

test('when firmware says of every register that it is not there, the page says so; of some it does not', async (t) => {
  const every = { ...reporter, needs: () => true };
  const nothing = await makeReport(every, stream([absent('MSGI'), absent('MGIR')]));
  t.like(nothing.sections[1], { title: 'Not answered' });
  t.like(nothing.sections[1]?.rows[0], { label: 'BAD_SYS_STATE', value: ['MSGI', 'MGIR'], severity: 'warning' });
  const some = await makeReport(every, stream([absent('MSGI'), registerItem('MGIR', {})]));
  t.is(some.sections.length, 1);
});

test('a report that cannot be made says why', async (t) => {
  const broken: Reporter = {
    ...reporter,
    report() {
      throw new Error('a word is missing');
    },
  };
  const report = await makeReport(broken, stream([registerItem('MSGI', {})]));
  t.like(report.sections[0]?.rows[0], { label: 'Not made', value: 'a word is missing', severity: 'error' });
});

test('as text a report is one page: colons in a column, units, marks and advice', (t) => {
  const text = formatReport({
    type: 'LinkDiagnostics',
    sections: [
      { title: 'State', rows: [{ label: 'Link', value: 'down', severity: 'error', advice: 'Plug the cable.' }] },
      {
        title: 'Lanes',
        rows: [{ label: 'Rx power', value: [1, 2, 3, 4, 5, 6, 7, 8, 9], unit: 'dBm', severity: 'ok' }],
      },
    ],
  });
  t.is(
    text,
    [
      'LinkDiagnostics',
      '===============',
      '1 error, marked with (!) below.',
      '',
      'State',
      '-----',
      'Link                             : down   (!) error',
      '                                   Plug the cable.',
      '',
      'Lanes',
      '-----',
      'Rx power                         : 1, 2, 3, 4, 5, 6, 7, 8 dBm',
      '                                   9 dBm',
      '',
    ].join('\n'),
  );
});
