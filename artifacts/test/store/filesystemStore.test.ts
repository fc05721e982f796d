import { appendFile, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { digestOf, hexOf } from '../../src/digest.ts';
import { createFilesystemBlobStore } from '../../src/store/filesystemBlobStore.ts';
import { createFilesystemLedger } from '../../src/store/filesystemLedger.ts';
import { createKeyedLock } from '../../src/store/keyedLock.ts';
import { SAMPLE_CAPTURE } from '../sampleManifests.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';
import { storeContract } from './storeContract.ts';

const captureUid = SAMPLE_CAPTURE.uid;

storeContract('file system', async (t) => {
  const root = await temporaryDirectory(t);
  return {
    store: await createFilesystemBlobStore(root),
    restarted: () => createFilesystemBlobStore(root),
    ledger: () => createFilesystemLedger(root),
    uploads: join(root, 'uploads'),
    age: (digest, time) => utimes(join(root, 'blobs', hexOf(digest).slice(0, 2), hexOf(digest)), time, time),
  };
});

test('a line that a power cut tore costs itself only', async (t) => {
  const root = await temporaryDirectory(t);
  const ledger = await createFilesystemLedger(root);
  await ledger.open(SAMPLE_CAPTURE);
  const blobs = ['a', 'b', 'c'].map((text) => ({ digest: digestOf(Buffer.from(text)), size: 1, storedSize: 10 }));
  await ledger.recordBlob(captureUid, 'gpu-a', blobs[0]!);
  await ledger.recordBlob(captureUid, 'gpu-a', blobs[1]!);
  const path = join(root, 'captures', captureUid, 'nodes', 'gpu-a');
  const whole = await readFile(path);
  const second = whole.lastIndexOf('\n');
  for (let cut = second; cut < whole.byteLength; cut += 1) {
    await writeFile(path, whole);
    await truncate(path, cut);
    await ledger.recordBlob(captureUid, 'gpu-a', blobs[2]!);
    t.deepEqual([...(await ledger.node(captureUid, 'gpu-a')).blobs.values()], [blobs[0]!, blobs[2]!], `cut at ${cut}`);
  }
  await appendFile(path, '\nnot json');
  t.is((await ledger.node(captureUid, 'gpu-a')).blobs.size, 2);
});

test('work under one key is done one after another, under others beside it', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }), async (s, keys) => {
      const lock = createKeyedLock();
      const running = new Map<string, number>();
      const done: string[] = [];
      const all = keys.map((key, index) =>
        lock.run(key, async () => {
          t.is(running.get(key) ?? 0, 0);
          running.set(key, 1);
          await s.schedule(Promise.resolve());
          running.set(key, 0);
          done.push(`${key}${index}`);
          if (index % 3 === 2) throw new Error('this one fails');
        }),
      );
      const settled = Promise.allSettled(all);
      await s.waitFor(settled);
      for (const key of ['a', 'b']) {
        const mine = done.filter((name) => name.startsWith(key));
        t.deepEqual(
          mine,
          [...mine].sort((x, y) => Number(x.slice(1)) - Number(y.slice(1))),
        );
      }
      t.is(done.length, keys.length);
    }),
    { numRuns: 50 },
  );
});
