import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyBundle } from '@nicdiag/artifacts';
import { type S3Server, startCluster, startS3Server } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { bucketOptions } from './bucket/bucketOptions.ts';
import { objectKeys } from './bucket/objects.ts';
import { matching, parseSamples } from './metrics/samples.ts';
import { reasonOf } from './operator/captureFacts.ts';
import { captures } from './operator/resources.ts';
import { startWhole, type WholeBench } from './whole/wholeBench.ts';

/* The whole way of captures into a bucket, from emulated devices to a verified bundle, and out of it again. The S3 server is a real
 * one, with a certificate of a private authority and a user who may do what the documentation says and no more. */
const test = anyTest as TestFn<{ bench: WholeBench; server: S3Server; all: AsyncDisposableStack }>;

const PERMISSIONS = ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'];

test.before(async (t) => {
  t.timeout(600_000);
  await using started = new AsyncDisposableStack();
  const cluster = started.use(await startCluster({ name: 'bucket' }));
  const tls = await cluster.authority.server(['127.0.0.1']);
  const server = started.use(await startS3Server({ buckets: ['captures'], tls }));
  const user = await server.addUser('nicdiag');
  await server.allow('captures', user, PERMISSIONS);
  const { values, secrets } = bucketOptions({ region: server.region, credentials: user }, server.endpoint, {
    caBundle: cluster.authority.certificate,
  });
  const bench = started.use(await startWhole({ cluster, hosts: ['gpu-a', 'gpu-b'], values, secrets }));
  t.context = { bench, server, all: started.move() };
});
test.after.always((t) => t.context.all?.disposeAsync());
test.afterEach.always((t) => {
  if (!t.passed) t.log(t.context.bench?.stack.tails(20));
});

test.serial('a capture goes from two nodes into the bucket and comes back as a bundle that verifies', async (t) => {
  const { bench, server } = t.context;
  await bench.capture('evidence');
  const { status } = await bench.sealed('evidence');
  t.is(reasonOf(status), 'True AllSucceeded', JSON.stringify(status?.failures));
  const files = await bench.bundle('evidence');
  t.true(files.size > 0);
  const keys = objectKeys(server);
  for (const kind of ['blobs/', 'captures/', 'records/']) {
    t.true(
      keys.some((key) => key.startsWith(`clusters/east/${kind}`)),
      kind,
    );
  }
  t.true(
    keys.every((key) => key.startsWith('clusters/east/')),
    'all below the prefix',
  );
});

test.serial('the plugin downloads and verifies it', async (t) => {
  const { bench } = t.context;
  const directory = join(bench.stack.logs, 'download');
  const downloaded = await bench.nicdiag('download', 'evidence', '-n', 'default', '-o', directory);
  t.is(downloaded.code, 0, downloaded.stderr);
  const path = /\S+\.tar\.zst/.exec(downloaded.stdout + downloaded.stderr)?.[0] ?? '';
  async function* bundle() {
    yield readFileSync(path);
  }
  t.deepEqual((await verifyBundle(bundle())).problems, []);
});

test.serial('it counts what it asks of the bucket; nothing is left in staging', async (t) => {
  const samples = parseSamples(await t.context.bench.stack.artifactServer.metrics());
  const value = (name: string, labels = {}) => matching(samples, name, labels)[0]?.value;
  t.is(value('nicdiag_artifact_bucket_up'), 1);
  t.true((value('nicdiag_artifact_bucket_requests_total', { operation: 'PutObject', code: '200' }) ?? 0) > 0);
  t.true((value('nicdiag_artifact_bucket_request_seconds_sum', { operation: 'GetObject' }) ?? 0) > 0);
  t.is(value('nicdiag_artifact_staging_bytes'), 0);
  t.is(value('nicdiag_artifact_staging_limit_bytes'), Math.floor(0.95 * 8 * 1024 ** 3));
});

test.serial('docs/metrics.md lists the metrics of a bucket, with their labels', async (t) => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \|(.*?)\| artifact server with a bucket \|/gm)];
  const text = await t.context.bench.stack.artifactServer.metrics();
  const served = [...text.matchAll(/^# TYPE (nicdiag_artifact_(?:bucket|staging)_\w+) (\w+)$/gm)];
  t.deepEqual(
    rows.map(([, name]) => name).sort(),
    served.map(([, family, kind]) => (kind === 'counter' ? `${family}_total` : family)).sort(),
  );
  for (const [, name = '', labels = ''] of rows) {
    const listed = [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label);
    const [sample] = parseSamples(text).filter((each) => each.name === name || each.name === `${name}_sum`);
    t.deepEqual(Object.keys(sample?.labels ?? {}).sort(), listed.sort(), name);
  }
});

test.serial('a deleted capture’s objects go out of the bucket; another capture keeps its own', async (t) => {
  const { bench, server } = t.context;
  await bench.capture('kept');
  await bench.sealed('kept');
  const { artifactServer } = bench.stack;
  await artifactServer.stop();
  artifactServer.start({ args: ['--sweep-interval=200ms', '--sweep-grace=1s'] });
  await artifactServer.untilReady();
  const { metadata } = await bench.client.get(captures, { namespace: 'default', name: 'evidence' });
  const before = objectKeys(server);
  await bench.client.delete(captures, { namespace: 'default', name: 'evidence' });
  const ofCapture = (keys: readonly string[]) => keys.filter((key) => key.includes(metadata.uid));
  t.not(ofCapture(before).length, 0);
  await bench.awaited(() => ofCapture(objectKeys(server)).length === 0, 'nothing names the capture any more');
  const blobs = (keys: readonly string[]) => keys.filter((key) => key.startsWith('clusters/east/blobs/')).length;
  await bench.awaited(() => blobs(objectKeys(server)) < blobs(before), 'blobs that only it had are gone');
  await bench.bundle('kept');
  await bench.client.delete(captures, { namespace: 'default', name: 'kept' });
  await bench.awaited(() => objectKeys(server).length === 0, 'the bucket is empty');
});

test.serial('the S3 server is gone while captures end, and back: nothing is lost, nothing was restarted', async (t) => {
  const { bench, server } = t.context;
  const { artifactServer } = bench.stack;
  const starts = artifactServer.starts;
  await server.kill();
  await bench.capture('outage');
  const pending = async () =>
    matching(parseSamples(await bench.stack.agent('gpu-a').metrics()), 'nicdiag_uploads_total', { result: 'failed' });
  await bench.awaited(async () => ((await pending())[0]?.value ?? 0) > 0, 'an upload has failed');
  const told = /an upload failed; it is tried again.*"pauseMs":1[0-5]\d{3}\D/;
  t.regex(bench.stack.agent('gpu-a').tail(200), told, 'it comes again when it was asked to');
  await bench.awaited(async () => !(await artifactServer.ready()).ok, 'the artifact server is not ready');
  t.is((await fetch(`${artifactServer.healthUrl}/livez`)).status, 200, 'it is not to be restarted');
  await server.start();
  await bench.awaited(async () => (await artifactServer.ready()).ok, 'it is ready again');
  const { status } = await bench.sealed('outage');
  t.is(reasonOf(status), 'True AllSucceeded', JSON.stringify(status?.failures));
  await bench.bundle('outage');
  t.is(artifactServer.starts, starts);
});
