import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactError } from '@nicdiag/artifacts';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { downloadFile, type FetchBundle } from '../../src/download/downloadFile.ts';

const { signal } = new AbortController();
const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));

async function target(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-download-'));
  t.teardown(() => rm(directory, { recursive: true }));
  return join(directory, 'bundle.part');
}

/** A server of `whole` whose connections end after so many bytes each, then no more. */
function cutting(
  cuts: readonly number[],
  whole: Buffer = content,
  etag = '"1"',
): { fetch: FetchBundle; asked: number[] } {
  const asked: number[] = [];
  const fetch: FetchBundle = async (from) => {
    const start = from?.etag === etag ? from.offset : 0;
    if (from?.etag === etag && start >= whole.byteLength)
      throw new ArtifactError('RangeNotSatisfiable', 'no such bytes');
    const cut = cuts[asked.length];
    asked.push(start);
    return {
      ...{ start, total: whole.byteLength, etag },
      body: (async function* () {
        yield whole.subarray(start, cut === undefined ? undefined : start + cut);
        if (cut !== undefined && start + cut < whole.byteLength) throw new TypeError('terminated');
      })(),
    };
  };
  return { fetch, asked };
}

const quiet = { onProgress: () => undefined, onRetry: () => undefined, signal };

test('a download that is cut goes on where it was cut, and is whole in the end', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 3 }), async (cuts) => {
      const path = await target(t);
      const { fetch, asked } = cutting(cuts);
      await downloadFile({ path, fetch, ...quiet });
      t.true((await readFile(path)).equals(content));
      t.deepEqual(
        asked,
        [...asked].sort((a, b) => a - b),
      );
      t.deepEqual(await readdir(join(path, '..')), ['bundle.part']);
    }),
    { numRuns: 6 },
  );
});

test('another run goes on too, but not with the beginning of another bundle', async (t) => {
  const path = await target(t);
  await writeFile(path, content.subarray(0, 400));
  await writeFile(`${path}.etag`, '"1"');
  const same = cutting([]);
  await downloadFile({ path, fetch: same.fetch, ...quiet });
  t.deepEqual(same.asked, [400]);

  const other = Buffer.alloc(300, 'other');
  await writeFile(path, content.subarray(0, 400));
  await writeFile(`${path}.etag`, '"1"');
  await downloadFile({ path, fetch: cutting([], other, '"2"').fetch, ...quiet });
  t.true((await readFile(path)).equals(other));
});

test('a file that was complete already is fetched anew: only the verification can tell', async (t) => {
  const path = await target(t);
  await writeFile(path, content);
  await writeFile(`${path}.etag`, '"1"');
  const { fetch, asked } = cutting([]);
  await downloadFile({ path, fetch, ...quiet });
  t.deepEqual(asked, [0]);
  t.true((await readFile(path)).equals(content));
});

test('a refusal ends it at once; nothing to write to as well', async (t) => {
  const path = await target(t);
  let asked = 0;
  const refuse: FetchBundle = async () => {
    asked += 1;
    throw new ArtifactError('TicketInvalid', 'create a new ticket');
  };
  await t.throwsAsync(downloadFile({ path, fetch: refuse, ...quiet }), { message: 'create a new ticket' });
  t.is(asked, 1);
  t.deepEqual(await readdir(join(path, '..')), [], 'nothing came, nothing is left');
  await t.throwsAsync(downloadFile({ path: '/nonexistent/bundle.part', fetch: refuse, ...quiet }), { code: 'ENOENT' });
});
