import test from 'ava';
import type { Item } from '../../../src/collect/item.ts';
import { type Report, reporterOf } from '../../../src/decode/index.ts';
import { setField } from '../../../src/prm/index.ts';

const { report, needs } = reporterOf('CapabilityDump')!;

/** A page of QUERY_HCA_CAP as firmware answered it. */
function page(name: string, current: 0 | 1, fill: (bytes: Uint8Array) => void): Item {
  const outbox = new Uint8Array(16 + 4096);
  fill(outbox.subarray(16));
  const command = { opcode: 0x100, opMod: current, registerId: 0, status: 0, syndrome: 0, errno: 0 };
  const frame = { ...command, startedNs: 1n, elapsedNs: 1n, inbox: new Uint8Array(16), outbox };
  return {
    key: `${name}{current=${current}}`,
    kind: 'capability',
    name,
    index: { current },
    outcome: 'ok',
    frames: [frame],
  };
}

const general = (current: 0 | 1, values: Readonly<Record<string, number>>): Item =>
  page('GENERAL', current, (bytes) => {
    for (const [field, value] of Object.entries(values)) setField(bytes, 'cmd_hca_cap', field, value);
  });

const rowsOf = (made: Report, title: RegExp): readonly (readonly [string, unknown])[] =>
  (made.sections.find((section) => title.test(section.title))?.rows ?? []).map(({ label, value }) => [label, value]);

test('fields that are in force to another extent than there could be, and no others', (t) => {
  const made = report([
    general(1, { log_max_qp: 17, log_max_cq: 24, num_ports: 1 }),
    general(0, { log_max_qp: 18, log_max_cq: 24, num_ports: 1, log_max_sf: 10 }),
  ]);
  t.deepEqual(rowsOf(made, /^GENERAL: in force/), [
    ['log_max_qp', '17 of 18'],
    ['log_max_sf', '0 of 10'],
  ]);
  t.deepEqual(rowsOf(made, /^Pages$/), [
    ['In force', 1],
    ['Maximum', 1],
    ['Compared', 1],
    ['Differ', ['GENERAL']],
  ]);
  t.true(
    made.sections.every(({ rows }) => rows.every(({ severity }) => severity === undefined)),
    'neither good nor bad',
  );
});

test('a page without a public layout is compared by its words', (t) => {
  const words = (current: 0 | 1, value: number): Item => page('SHAMPO', current, (bytes) => bytes.set([value], 3));
  t.deepEqual(rowsOf(report([words(1, 1), words(0, 3)]), /^SHAMPO/), [
    ['unknown bits at 0x0', '0x00000001 of 0x00000003'],
  ]);
});

test('one mode alone has nothing to compare, and the page says what it takes', (t) => {
  const made = report([general(1, { log_max_qp: 17 })]);
  t.is(made.sections.length, 1);
  t.regex(String(rowsOf(made, /^Pages$/)[1]?.[1]) + String(rowsOf(made, /^Pages$/)[2]?.[1]), /mode Both/);
  t.false(needs({ ...general(1, {}), name: 'QUERY_ADAPTER' }));
});
