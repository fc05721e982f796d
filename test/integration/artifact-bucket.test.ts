import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactError, digestOf, hexOf } from '@nicdiag/artifacts';
import { type Bucket, openBucket } from '@nicdiag/artifacts/s3';
import { type S3Proxy, type S3Server, startS3Proxy, startS3Server } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { crashTests } from './artifact-server/crashes.ts';
import { blobOf, createCapture, refusedWith, type Serving, startServing } from './artifact-server/serving.ts';
import { BUCKET, bucketOptions } from './bucket/bucketOptions.ts';
import { awaited } from './whole/awaited.ts';

/* What the artifact server does when its bucket refuses, is slow, wrong or somebody else's. One after another: they share both. */
interface Context extends Serving, AsyncDisposable {
  readonly server: S3Server;
  readonly proxy: S3Proxy;
  readonly user: S3Server['credentials'];
}
const test = anyTest as TestFn<Context>;
const { signal } = new AbortController();
const PERMISSIONS = ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'];
/** A check of a bucket that is good comes every minute. */
const SOON_MS = 90_000;
const STAGING = '/var/lib/nicdiag-artifacts';

test.before(async (t) => {
  t.timeout(600_000);
  await using started = new AsyncDisposableStack();
  const server = started.use(await startS3Server({ buckets: [BUCKET] }));
  const proxy = started.use(await startS3Proxy(server));
  const user = await server.addUser('nicdiag');
  await server.allow(BUCKET, user, PERMISSIONS);
  const serving = started.use(
    await startServing(bucketOptions({ region: server.region, credentials: user }, proxy.endpoint)),
  );
  const all = started.move();
  t.context = { ...serving, server, proxy, user, [Symbol.asyncDispose]: () => all.disposeAsync() };
});
test.after.always((t) => t.context[Symbol.asyncDispose]?.());
test.afterEach.always((t) => {
  Object.assign(t.context.proxy ?? {}, { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY });
  if (!t.passed) t.log(t.context.stack?.artifactServer.tail(20));
});

/** The prefix as its administrator sees it. */
function bucketOf({ server: { endpoint, region, credentials } }: Context): Bucket {
  return openBucket({
    ...{ bucket: BUCKET, prefix: 'clusters/east', endpoint, region, credentials, forcePathStyle: true },
  });
}

async function untilReady({ stack }: Serving, text: RegExp): Promise<void> {
  await awaited(async () => text.test((await stack.artifactServer.ready()).text), `/readyz says ${text}`, SOON_MS);
}

crashTests(test as unknown as TestFn<Serving & AsyncDisposable>, ({ stack }) =>
  stack.artifactServer.path(`${STAGING}/uploads`),
);

test.serial('killed in the middle of an upload, it goes on with what it had when it is started again', async (t) => {
  const { agentToken, client, stack, proxy } = t.context;
  const capture = await createCapture(t.context, 'in-the-middle');
  const blob = await blobOf(t.context, randomBytes(8_000_000));
  const target = { captureUid: capture.uid, node: 'gpu-a' };
  const agent = client(agentToken('gpu-a'));
  // All of it is staged and verified, and half of it is on its way to the bucket.
  proxy.bytesPerSecond = 1_000_000;
  const before = proxy.requests.length;
  const cut = agent.putBlob(target, blob, { signal });
  const key = `/blobs/${hexOf(blob.digest).slice(0, 2)}/${hexOf(blob.digest)}`;
  const isPut = (request: string) => request.startsWith('PUT ') && request.endsWith(key);
  await awaited(() => proxy.requests.slice(before).some(isPut), 'it is on its way to the bucket');
  stack.artifactServer.kill('SIGKILL');
  await stack.artifactServer.ended();
  await t.throwsAsync(cut, { instanceOf: ArtifactError });
  proxy.bytesPerSecond = Number.POSITIVE_INFINITY;
  stack.artifactServer.start();
  const started = performance.now();
  await stack.artifactServer.untilReady();
  t.true(performance.now() - started < 30_000, 'the same Pod does not wait for its own right to the prefix');
  t.is(await agent.putBlob(target, blob, { signal }), 'stored');
  t.is(await agent.putBlob(target, blob, { signal }), 'present');
});

test.serial(
  'what the policy does not allow is named, to the probe and to agents; nobody need restart anything',
  async (t) => {
    const { agentToken, client, server, stack, user } = t.context;
    const capture = await createCapture(t.context, 'not-allowed');
    const blob = await blobOf(t.context, randomBytes(1000));
    const put = () => client(agentToken('gpu-a')).putBlob({ captureUid: capture.uid, node: 'gpu-a' }, blob, { signal });
    const { starts } = stack.artifactServer;
    await server.allow(
      BUCKET,
      user,
      PERMISSIONS.filter((action) => action !== 's3:PutObject'),
    );
    const said =
      /could not write clusters\/east\/\S+ in bucket captures: AccessDenied.*allow its credentials s3:PutObject/;
    await refusedWith(t, put(), 'Unavailable', said);
    await untilReady(t.context, said);
    const error = await t.throwsAsync(put());
    t.is(error instanceof ArtifactError && error.retryAfterMs, 60_000);
    t.is((await fetch(`${stack.artifactServer.healthUrl}/livez`)).status, 200);
    await server.allow(BUCKET, user, PERMISSIONS);
    await untilReady(t.context, /^ok/);
    t.is(await put(), 'stored');
    t.is(stack.artifactServer.starts, starts);
  },
);

test.serial('a bucket that has become too slow is refused in time, with when to come again', async (t) => {
  const { agentToken, client, proxy } = t.context;
  const capture = await createCapture(t.context, 'slow');
  const blob = await blobOf(t.context, randomBytes(1000));
  const put = () => client(agentToken('gpu-a')).putBlob({ captureUid: capture.uid, node: 'gpu-a' }, blob, { signal });
  proxy.delayMs = 60_000;
  const started = performance.now();
  const error = await t.throwsAsync(put(), { instanceOf: ArtifactError });
  t.true(performance.now() - started < 60_000, 'an agent waits 30 s for an answer, twice');
  t.is(error?.code, 'Unavailable');
  t.regex(error?.message ?? '', /bucket captures is too slow/);
  t.is(error?.retryAfterMs, 10_000);
  await untilReady(t.context, /bucket captures is too slow/);
  proxy.delayMs = 0;
  await untilReady(t.context, /^ok/);
  t.is(await put(), 'stored');
});

test.serial('a blob larger than the store takes is refused before it is sent', async (t) => {
  const { agentToken, client, directory } = t.context;
  const capture = await createCapture(t.context, 'large', ['gpu-a'], { limits: { maxBytesTotal: '20Gi' } });
  const path = join(directory, 'large');
  await writeFile(path, '');
  const length = 6 * 1024 ** 3;
  await truncate(path, length);
  const blob = { digest: digestOf(Buffer.from('large')), size: length, storedSize: length, path };
  await refusedWith(
    t,
    client(agentToken('gpu-a')).putBlob({ captureUid: capture.uid, node: 'gpu-a' }, blob, { signal }),
    'LimitExceeded',
    /has 6442450944 bytes compressed; the artifact server's store takes at most 5368709120 in one piece/,
  );
});

test.serial('a bucket that does not exist is said, and the server waits for it', async (t) => {
  const { server, stack, user } = t.context;
  const { artifactServer } = stack;
  await artifactServer.stop();
  artifactServer.start({ args: ['--store=s3://nowhere/clusters/east'] });
  await untilReady(t.context, /in bucket nowhere: NoSuchBucket.*make the bucket/);
  t.true(artifactServer.isRunning());
  await artifactServer.stop();
  await server.allow(BUCKET, user, PERMISSIONS);
  artifactServer.start();
  await artifactServer.untilReady();
});

test.serial('a server that has lost its prefix ends, and takes it again when nobody has it', async (t) => {
  const { artifactServer } = t.context.stack;
  using bucket = bucketOf(t.context);
  const ended = artifactServer.ended();
  await bucket.mark('owner');
  t.like(await ended, { code: 1 });
  t.regex(artifactServer.tail(5), /has taken s3:\/\/captures\/clusters\/east: one server at a time may use it/);
  await bucket.remove('owner');
  artifactServer.start();
  await artifactServer.untilReady();
});

test.serial('a server that is told to end in the middle of a sweep gives its prefix back', async (t) => {
  const { proxy, stack } = t.context;
  const { artifactServer } = stack;
  await artifactServer.stop();
  artifactServer.start({ args: ['--sweep-interval=10ms'] });
  await artifactServer.untilReady();
  // A listing for each capture that the tests before have left: more than the time that a server is given to end.
  proxy.delayMs = 2_000;
  const before = proxy.requests.length;
  await awaited(() => proxy.requests.length > before + 2, 'it sweeps');
  const end = await artifactServer.stop();
  t.is(end?.code, 0, artifactServer.tail(10));
  proxy.delayMs = 0;
  using bucket = bucketOf(t.context);
  t.regex((await bucket.get('owner'))?.text ?? '', /"released":true/);
  artifactServer.start();
  await artifactServer.untilReady();
});

/** Another artifact server on the same prefix, with a staging directory of its own. */
function startSecond({ stack, cluster, proxy, user }: Context, staging: string, health: string): ChildProcess {
  const { artifactServer } = stack;
  const main = new URL('../../artifact-server/src/main.ts', import.meta.url).pathname;
  const args = [
    ...[`--store=s3://${BUCKET}/clusters/east`, `--staging=${staging}`, `--s3-endpoint=${proxy.endpoint}`],
    ...['--s3-region=us-east-1', '--s3-force-path-style', '--listen=127.0.0.1:0', `--health-listen=${health}`],
    ...[`--tls-cert=${artifactServer.path('/etc/nicdiag/tls/tls.crt')}`],
    ...[`--tls-key=${artifactServer.path('/etc/nicdiag/tls/tls.key')}`, `--kubeconfig=${cluster.kubeconfig}`],
  ];
  const keys = { AWS_ACCESS_KEY_ID: user.accessKeyId, AWS_SECRET_ACCESS_KEY: user.secretAccessKey };
  return spawn(process.execPath, [main, ...args], { env: { ...process.env, ...keys }, stdio: 'ignore' });
}

test.serial(
  'a second server on the prefix waits and says whose it is; it takes over when the first gives it back',
  async (t) => {
    const { stack, agentToken, client } = t.context;
    const { artifactServer } = stack;
    const staging = await mkdtemp(join(tmpdir(), 'nicdiag-second-'));
    const health = '127.0.0.47:18081';
    const second = startSecond(t.context, staging, health);
    const ended = once(second, 'exit');
    t.teardown(() => rm(staging, { recursive: true, force: true }));
    t.teardown(async () => {
      second.kill('SIGKILL');
      await ended;
    });
    const says = async (text: RegExp) =>
      awaited(
        async () => text.test(await (await fetch(`http://${health}/readyz`)).text()),
        `the second says ${text}`,
        SOON_MS,
      );
    await says(/s3:\/\/captures\/clusters\/east is used by another artifact server/);
    t.true((await artifactServer.ready()).ok, 'the first is not disturbed');
    const capture = await createCapture(t.context, 'two-servers');
    const blob = await blobOf(t.context, randomBytes(1000));
    const target = { captureUid: capture.uid, node: 'gpu-a' };
    t.is(await client(agentToken('gpu-a')).putBlob(target, blob, { signal }), 'stored');
    await artifactServer.stop();
    await says(/^ok/);
    artifactServer.start();
    await untilReady(t.context, /is used by another artifact server/);
    await refusedWith(
      t,
      client(agentToken('gpu-a')).putBlob(target, blob, { signal }),
      'Unavailable',
      /used by another/,
    );
    second.kill('SIGTERM');
    t.deepEqual(await ended, [0, null]);
    await artifactServer.untilReady();
    t.is(await client(agentToken('gpu-a')).putBlob(target, blob, { signal }), 'present');
  },
);
