import { setTimeout as sleep } from 'node:timers/promises';
import { type ArtifactClient, ArtifactError, type SpooledBlob } from '@nicdiag/artifacts';
import { createLogger } from '@nicdiag/runtime';
import test from 'ava';
import { createPlaces } from '../../src/upload/places.ts';
import { createUploads, pauseAfter, UploadRefused } from '../../src/upload/uploads.ts';

const logger = createLogger({ program: 'test' });
logger.silent = true;
const target = { captureUid: 'a', node: 'gpu-a' };
const signal = AbortSignal.timeout(300_000);

function blob(name: string): SpooledBlob {
  return { name, mediaType: 'x', digest: `sha256:${name}`, size: 10, storedSize: 5, path: `/spool/${name}` };
}

/** A store whose answers are errors until there are none left. */
function uploads(errors: Error[], concurrency = 2) {
  const calls: string[] = [];
  let busy = 0;
  let most = 0;
  const answer = async (call: string): Promise<void> => {
    calls.push(call);
    busy += 1;
    most = Math.max(most, busy);
    await sleep(2);
    busy -= 1;
    const error = errors.shift();
    if (error !== undefined) throw error;
  };
  const client: Pick<ArtifactClient, 'putBlob' | 'putDeviceManifest'> = {
    putBlob: async (_, { digest }) => {
      await answer(`blob ${digest}`);
      return 'stored';
    },
    putDeviceManifest: async ({ pciAddress }) => {
      await answer(`manifest ${pciAddress}`);
      return { digest: 'sha256:m', sizeBytes: 1, late: false };
    },
  };
  const results: string[] = [];
  const made = createUploads({ client, logger, concurrency, onTry: (result) => results.push(result) });
  return { ...made, calls, results, most: () => most };
}

test('a transfer is repeated until it is acknowledged, and says what troubled it', async (t) => {
  const up = uploads([new ArtifactError('ConnectionFailed', 'refused'), new ArtifactError('Unavailable', 'starting')]);
  const troubles: string[] = [];
  await up.blob(target, blob('a'), { signal, onTrouble: ({ message }) => troubles.push(message) });
  t.deepEqual(up.results, ['failed', 'failed', 'acknowledged']);
  t.deepEqual(troubles, ['refused', 'starting']);
  t.is(up.pending(), 0);
});

for (const code of ['LimitExceeded', 'CaptureNotFound'] as const) {
  test(`${code} is final`, async (t) => {
    const up = uploads([new ArtifactError(code, 'no')]);
    const error = await t.throwsAsync(up.blob(target, blob('a'), { signal }), { instanceOf: UploadRefused });
    t.is(error?.code, code);
    t.is(up.calls.length, 1);
  });
}

test('a manifest whose blob the store misses after all brings it along', async (t) => {
  const up = uploads([new ArtifactError('BlobMissing', 'a')]);
  const evidence = { manifest: new Uint8Array(3), blobs: [blob('a'), blob('b')] };
  await up.manifest({ ...target, pciAddress: '0000:03:00.0' }, evidence, { signal });
  t.deepEqual(up.calls, ['manifest 0000:03:00.0', 'blob sha256:a', 'blob sha256:b', 'manifest 0000:03:00.0']);
});

test('only so many transfers are under way; one that waits for its next try takes no place', async (t) => {
  const up = uploads([new ArtifactError('ConnectionFailed', 'x'), new ArtifactError('ConnectionFailed', 'x')]);
  const all = Array.from({ length: 8 }, (_, index) => up.blob(target, blob(String(index)), { signal }));
  t.is(up.pending(), 8);
  await Promise.all(all);
  t.is(up.most(), 2);
  // The two that failed came last.
  t.deepEqual(up.calls.slice(-2).sort(), ['blob sha256:0', 'blob sha256:1']);
});

test('an aborted signal ends waiting transfers', async (t) => {
  const up = uploads([new ArtifactError('Forbidden', 'not yet allowed')]);
  const controller = new AbortController();
  const waiting = up.blob(target, blob('a'), { signal: controller.signal });
  while (up.results.length === 0) await sleep(1);
  controller.abort(new Error('shutdown'));
  await t.throwsAsync(waiting);
  t.is(up.pending(), 0);
});

test('the pause before the next try is what the server asks for and up to half more, and never beyond two minutes', (t) => {
  const asked = (retryAfterMs?: number) =>
    new ArtifactError('Unavailable', 'the bucket is away', { ...(retryAfterMs !== undefined && { retryAfterMs }) });
  for (const [error, least, most] of [
    [asked(), 400, 400],
    [asked(0), 400, 400],
    [asked(10_000), 10_000, 15_000],
    [asked(60_000), 60_000, 90_000],
    [asked(86_400_000), 120_000, 120_000],
    [new ArtifactError('Forbidden', 'no'), 60_000, 120_000],
    [new Error('anything'), 400, 400],
  ] as const) {
    for (let times = 0; times < 20; times += 1) {
      const pause = pauseAfter(error, 400);
      t.true(least <= pause && pause <= most, `${pause} of ${least} to ${most}`);
    }
  }
});

test('places are taken in turn; one that is given up in the queue is skipped', async (t) => {
  const places = createPlaces(1);
  const first = await places.take(signal);
  const controller = new AbortController();
  const second = places.take(controller.signal);
  const third = places.take(signal);
  controller.abort(new Error('gone'));
  await t.throwsAsync(second, { message: 'gone' });
  first[Symbol.dispose]();
  const place = await third;
  t.truthy(place);
});
