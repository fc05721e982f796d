import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFilesystemLedger, digestOf } from '@nicdiag/artifacts';
import test from 'ava';
import { createQuota } from '../../src/ingest/quota.ts';
import { createUploadTurns } from '../../src/ingest/uploadTurns.ts';

const capture = { namespace: 'sre', name: 'c', uid: '7d1f9d3a-3f43-4c86-9a3e-52a3a9a3b1c2', maxBytesTotal: 100 };

test('a newer connection takes an upload over when the older has let go', async (t) => {
  const turns = createUploadTurns();
  const first = await turns.take('blob');
  const steps: string[] = [];
  const second = turns.take('blob').then((turn) => {
    steps.push('second');
    return turn;
  });
  const third = turns.take('blob').then((turn) => {
    steps.push('third');
    return turn;
  });
  t.true(first.signal.aborted);
  await Promise.resolve();
  t.deepEqual(steps, []);
  first[Symbol.dispose]();
  const turn = await second;
  t.true(turn.signal.aborted, 'the third is waiting already');
  t.deepEqual(steps, ['second']);
  turn[Symbol.dispose]();
  t.false((await third).signal.aborted);
  using other = await turns.take('another blob');
  t.false(other.signal.aborted);
});

test('room is reserved while a blob is on its way, given back when it does not arrive, kept when it does', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'nicdiag-quota-'));
  t.teardown(() => rm(root, { recursive: true }));
  const ledger = await createFilesystemLedger(root);
  await ledger.open(capture);
  await ledger.recordBlob(capture.uid, 'gpu-a', { digest: digestOf(Buffer.from('x')), size: 30, storedSize: 10 });
  const quota = createQuota(ledger);
  {
    using _first = await quota.reserve(capture, 60);
    await t.throwsAsync(quota.reserve(capture, 20), {
      message: /holds 90 bytes; 20 more would exceed its limits.maxBytesTotal of 100/,
    });
  }
  {
    using second = await quota.reserve(capture, 70);
    second.keep();
  }
  await t.throwsAsync(quota.reserve(capture, 1), { message: /holds 100 bytes/ });
  quota.forget(capture.uid);
  using _third = await quota.reserve(capture, 70);
  t.pass('the sum is read from the ledger again');
});
