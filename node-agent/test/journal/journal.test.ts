import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@nicdiag/runtime';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { CaptureRecord } from '../../src/journal/captureRecord.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { decodeRecord, encodeRecord } from '../../src/journal/recordFile.ts';
import * as step from '../../src/journal/transitions.ts';

const logger = createLogger({ program: 'test' });
logger.silent = true;

const record: CaptureRecord = {
  phase: 'open',
  uid: '11111111-0000-4000-8000-000000000001',
  namespace: 'sre',
  name: 'slow-1',
  capture: { name: 'slow', uid: '2' },
  work: {
    devices: { functions: ['PF'], linkState: 'Any' },
    collectors: [],
    impact: 'ReadOnly',
    deadline: '2026-01-01T01:00:00Z',
    nodeDeadline: '2m',
    maxBytesPerDevice: 1,
  },
  assignedAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:01Z',
};

function scratch(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-journal-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('what was saved is there after a restart, oldest assignment first; what was forgotten is not', async (t) => {
  const directory = scratch(t);
  const { journal } = await openJournal(directory, logger);
  const later = { ...record, uid: 'a2', assignedAt: '2026-01-01T00:05:00Z' };
  await journal.save(later);
  await journal.save(record);
  await journal.save({ ...record, uid: 'a3' });
  await journal.forget('a3');
  await journal.forget('a4');
  t.deepEqual((await openJournal(directory, logger)).records, [record, later]);
});

test('of many changes at once the last one is on disk when any save after it resolves', async (t) => {
  const directory = scratch(t);
  const { journal } = await openJournal(directory, logger);
  const saves = Array.from({ length: 20 }, (_, index) => journal.save({ ...record, name: `n${index}` }));
  await saves[19];
  t.like((await openJournal(directory, logger)).records[0], { name: 'n19' });
  await Promise.all(saves);
  t.deepEqual(readdirSync(directory).sort(), [`${record.uid}.journal`, 'quarantine']);
});

test('an entry that cannot be read is put aside, the others are kept', async (t) => {
  const directory = scratch(t);
  const { journal } = await openJournal(directory, logger);
  await journal.save(record);
  const text = encodeRecord(record);
  const broken: readonly string[] = [
    '',
    '{}',
    text.slice(0, -20),
    text.replace('slow-1', 'slow-2'),
    text.replace('/1 ', '/9 '),
  ];
  for (const [index, content] of broken.entries()) writeFileSync(join(directory, `b${index}.journal`), content);
  writeFileSync(join(directory, 'other.journal'), text);
  writeFileSync(join(directory, `${record.uid}.journal.tmp`), 'an interrupted write');
  const { records } = await openJournal(directory, logger);
  t.deepEqual(records, [record]);
  t.is(readdirSync(join(directory, 'quarantine')).length, broken.length + 1);
  t.is(readFileSync(join(directory, `${record.uid}.journal`), 'utf8'), text);
});

test('any single changed byte is noticed', (t) => {
  const bytes = Buffer.from(encodeRecord(record));
  fc.assert(
    fc.property(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ change;
      try {
        return decodeRecord(changed.toString('latin1'), record.uid) === undefined;
      } catch {
        return true;
      }
    }),
  );
  t.deepEqual(decodeRecord(bytes.toString(), record.uid), record);
});

test('a UID that could be a path is refused', async (t) => {
  const { journal } = await openJournal(scratch(t), logger);
  await t.throwsAsync(journal.save({ ...record, uid: '../../etc/passwd' }), { message: /is not a UID/ });
});

const pci = '0000:03:00.0';
const device = { pciAddress: pci } as never;
const collector = { name: 'regs', state: 'Succeeded', items: 1, itemErrors: 0, totalBytes: 1, storedBytes: 1 } as const;

test('steps can be repeated: after a crash the second time changes nothing', (t) => {
  const steps: readonly ((current: CaptureRecord) => CaptureRecord)[] = [
    (current) => step.chooseDevices(current, [device]),
    (current) => step.firstCommand(current, '2026-01-01T00:00:02.000001Z'),
    (current) => step.collectorEnded(current, pci, collector, { finishedAt: 'x', finishedNs: '1' }),
    (current) => step.uploaded(current, pci, { state: 'acknowledged' }),
    (current) => step.stopFor(current, 'Cancelled'),
    (current) => step.reported(current, '2026-01-01T00:00:03Z'),
  ];
  let current = record;
  for (const [index, apply] of steps.entries()) {
    current = apply(current);
    t.is(apply(current), current, `step ${index}`);
  }
  t.is(step.stopFor(current, 'DeadlineExceeded').stop, 'Cancelled');
  t.is(step.reported(current, 'later').reportedAt, '2026-01-01T00:00:03Z');
});

test('the end of a collector closes its last span', (t) => {
  const span = { collector: 'regs', startedAt: 'a', startedNs: '1' };
  let current = step.chooseDevices(record, [device]);
  current = step.collectorStarted(current, pci, span);
  current = step.collectorStarted(current, pci, { ...span, startedAt: 'b' });
  current = step.collectorEnded(current, pci, collector, { finishedAt: 'c', finishedNs: '9' });
  t.deepEqual(step.deviceOf(current, pci).spans, [span, { ...span, startedAt: 'b', finishedAt: 'c', finishedNs: '9' }]);
});
