/** Ingest of the artifact server into a volume and into a bucket, in one run: uploads of small and of large blobs over HTTPS by
 * eight connections, in turns, and what the servers need of memory. Bundled as images run it; the bucket is versitygw's, on the
 * disk that the volume is on, so that what differs is the way there: `node bench/artifact-store.ts`. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inMib, memoryOf, type ProcessMemory, startS3Server, watchMemory } from '@nicdiag/tools';
import { bundleProgram } from '@nicdiag/tools/bundle';
import { blobOf, createCapture, type Serving, startServing } from '../test/integration/artifact-server/serving.ts';
import { BUCKET, bucketOptions } from '../test/integration/bucket/bucketOptions.ts';

const ROUNDS = 5;
const CONNECTIONS = 8;
const KINDS = [
  { what: 'blobs of 16 KiB', count: 400, bytes: 16 * 1024 },
  { what: 'blobs of 64 MiB', count: 8, bytes: 64 * 1024 * 1024 },
];
const { signal } = new AbortController();

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bench-'));
try {
  const main = fileURLToPath(new URL('../artifact-server/src/main.ts', import.meta.url));
  const programs = { 'nicdiag-artifact-server': await bundleProgram(main, directory, {}) };
  await using s3 = await startS3Server({ buckets: [BUCKET] });
  await using volume = await startServing({ programs });
  await using bucket = await startServing({ programs, ...bucketOptions(s3, s3.endpoint) });
  const stores = { volume, bucket };
  await setTimeout(5_000);
  const rows: Record<string, string | number>[] = [];
  for (const [name, serving] of Object.entries(stores))
    rows.push({ what: `${name}, idle`, ...memory(memoryOf(pidOf(serving))) });
  for (const { what, count, bytes } of KINDS) {
    const seconds = { volume: [] as number[], bucket: [] as number[] };
    const watching = { volume: watchMemory(pidOf(volume)), bucket: watchMemory(pidOf(bucket)) };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of ['volume', 'bucket'] as const) seconds[name].push(await ingest(stores[name], count, bytes));
    }
    const [onVolume, inBucket] = [median(seconds.volume), median(seconds.bucket)];
    const rate = (taken: number) =>
      `${(count / taken).toFixed(1)}/s, ${((count * bytes) / taken / 1e6).toFixed(0)} MB/s`;
    rows.push({ what: `volume, ${what}`, rate: rate(onVolume), ...memory(await watching.volume()) });
    const ratios = seconds.bucket.map((taken, round) => taken / (seconds.volume[round] ?? Number.NaN));
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    const ratio = `${median(ratios).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
    rows.push({
      what: `bucket, ${what}`,
      rate: rate(inBucket),
      'time of the volume’s': ratio,
      ...memory(await watching.bucket()),
    });
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ rows }));
  else console.table(rows);
} finally {
  rmSync(directory, { recursive: true });
}

/** @returns seconds until all are acknowledged */
async function ingest(serving: Serving, count: number, bytes: number): Promise<number> {
  const { uid } = await createCapture(serving, `c${randomBytes(6).toString('hex')}`, ['gpu-a'], {
    limits: { maxBytesTotal: '20Gi' },
  });
  const target = { captureUid: uid, node: 'gpu-a' };
  const blobs = await Promise.all(Array.from({ length: count }, () => blobOf(serving, randomBytes(bytes))));
  const agent = serving.client(serving.agentToken('gpu-a'));
  const waiting = [...blobs];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let blob = waiting.pop(); blob !== undefined; blob = waiting.pop()) {
        await agent.putBlob(target, blob, { signal });
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const { path } of blobs) rmSync(path);
  return seconds;
}

function pidOf({ stack }: Serving): number {
  const { pid, tail } = stack.artifactServer;
  if (pid === undefined) throw new Error(`the artifact server has ended:\n${tail(20)}`);
  return pid;
}

function memory({ rssAnon, vmRss }: ProcessMemory): Record<string, number> {
  return { 'RssAnon MiB': inMib(rssAnon), 'VmRSS MiB': inMib(vmRss) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
