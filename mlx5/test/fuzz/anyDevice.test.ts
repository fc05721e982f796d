import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing, fuzzTimeoutMs, keptBytes } from '../../../tools/src/fuzz/fuzzing.ts';
import { decodeItem, formatText, reporterOf } from '../../src/decode/index.ts';
import { objects, segments } from '../lane/dumpLane.ts';
import { FAULTY_COLLECTORS } from '../lane/faults/faultCases.ts';
import { collectTaped } from './tapedDevice.ts';

/** Those that ask devices; what devlink and the host's files say is tried elsewhere. */
const COLLECTORS = [
  ...FAULTY_COLLECTORS.filter(({ spec }) => spec.type !== 'HostState' && spec.type !== 'Health'),
  {
    title: 'RegisterDump of everything',
    spec: { name: 'regs', type: 'RegisterDump', registerDump: { set: 'All' } } as const,
  },
  { title: 'ObjectDump of all', spec: objects({ type: 'QP', ids: 'all' }, { type: 'FLOW_TABLE', ids: '0-3' }) },
  {
    title: 'ResourceDump with references',
    spec: segments(
      [
        { name: 'FULL_QPC', index: 'all' },
        { id: '0x1000', index: '1-3' },
      ],
      { followReferences: 16 },
    ),
  },
];

/** Commands that a collector may give, however a device leads it on: the byte limit ends it first. */
const MOST_COMMANDS = 100_000;

for (const { title, spec } of COLLECTORS) {
  test(`${title}: whatever a device answers, it ends with items that can be shown, and a reason`, (t) => {
    t.timeout(fuzzTimeoutMs());
    const kept = keptBytes(new URL('./corpus/any-device/', import.meta.url)).map((bytes): [Uint8Array] => [bytes]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64, size: 'max' }), (tape) => {
        const { items, stop, commands, rawBytes } = collectTaped(spec, tape);
        assert.equal(stop?.cause, undefined);
        assert.ok(commands < MOST_COMMANDS, `${commands} commands`);
        assert.equal(new Set(items.map(({ key }) => key)).size, items.length, 'keys are unique');
        for (const item of items) {
          const text = formatText(decodeItem(item));
          const bytes = item.frames.reduce((sum, { outbox }) => sum + outbox.length, 0);
          assert.ok(text.length < 20_000 + 100 * bytes, `${item.key}: ${text.length} characters of ${bytes} bytes`);
          if (item.outcome === 'ok')
            assert.ok((item.frames.at(-1)?.outbox.length ?? 0) >= 16, `${item.key}: no answer`);
        }
        assert.ok(rawBytes <= 8 << 20);
        const reporter = reporterOf(spec.type);
        if (reporter !== undefined) assert.ok(reporter.report(items.filter(reporter.needs)).sections.length >= 0);
      }),
      fuzzing<[Uint8Array]>(title.includes('everything') ? 10 : 40, kept),
    );
    t.pass();
  });
}
