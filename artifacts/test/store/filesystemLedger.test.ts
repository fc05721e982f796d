import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createFilesystemLedger } from '../../src/store/filesystemLedger.ts';

const capture = { namespace: 'sre', name: 'slow-rail', uid: '11111111-2222-3333-4444-555555555555' };

test('the first uploads of a capture may come at the same moment', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'nicdiag-ledger-'));
  t.teardown(() => rm(root, { recursive: true }));
  const ledger = await createFilesystemLedger(root);
  await Promise.all(Array.from({ length: 16 }, () => ledger.open(capture)));
  t.deepEqual(await ledger.captures(), [capture]);
  t.deepEqual((await readdir(join(root, 'captures', capture.uid))).sort(), ['capture.json', 'nodes']);
});
