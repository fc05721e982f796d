import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type S3Server, startS3Proxy, startS3Server } from '@nicdiag/tools';
import test, { type ExecutionContext } from 'ava';
import { openBucket } from '../../src/store/s3/bucket.ts';
import { createPrefixOwner, PrefixLostError } from '../../src/store/s3/prefixOwner.ts';

const BUCKET = 'captures';
/** As in a server, and much faster; long enough for a busy machine. */
const TIMES = { renewMs: 100, validMs: 1_000, takeoverMs: 2_500 };
let shared: S3Server;

test.before(async () => {
  shared = await startS3Server({ buckets: [BUCKET] });
});
test.after.always(() => shared[Symbol.asyncDispose]());

/** A server's right to a prefix, with how its run ended. */
function ownerOf(
  t: ExecutionContext,
  host: string,
  prefix: string,
  { holder = randomUUID(), server = shared.endpoint } = {},
) {
  const { credentials, region } = shared;
  const bucket = openBucket({
    ...{ bucket: BUCKET, prefix, region, credentials, endpoint: server, forcePathStyle: true },
    ...{ attempts: 2, patienceMs: 500 },
  });
  const events: string[] = [];
  const owner = createPrefixOwner({ bucket, holder, host, times: TIMES, onEvent: (event) => events.push(event) });
  const stopping = new AbortController();
  const ended = owner.run({ signal: stopping.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const stop = async (): Promise<unknown> => {
    stopping.abort();
    return await ended;
  };
  t.teardown(async () => {
    await stop();
    bucket[Symbol.dispose]();
  });
  const isOwner = () => owner.refusal() === undefined;
  return { owner, events, ended, stop, isOwner };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

test('of servers that start at the same time one has the prefix, and the others say who', async (t) => {
  const prefix = randomUUID();
  const all = ['a', 'b', 'c', 'd'].map((host) => ownerOf(t, host, prefix));
  const owners = () => all.filter(({ isOwner }) => isOwner());
  await until(() => owners().length > 0);
  const [owner] = owners();
  const others = all.filter((each) => each !== owner);
  await until(() => others.every(({ owner: { refusal } }) => /another artifact server/.test(refusal()?.message ?? '')));
  for (let times = 0; times < 20; times += 1) {
    t.true(owners().length <= 1);
    await sleep(20);
  }
  for (const { owner: other } of others) {
    t.regex(
      other.refusal()?.message ?? '',
      /^s3:\/\/captures\/[\w-]+ is used by another artifact server, [abcd]: end it/,
    );
  }
});

test('what is given back is taken at once', async (t) => {
  const prefix = randomUUID();
  const first = ownerOf(t, 'first', prefix);
  await until(first.isOwner);
  t.is(await first.stop(), undefined);
  t.false(first.isOwner());
  const started = performance.now();
  const second = ownerOf(t, 'second', prefix);
  await until(second.isOwner);
  t.true(performance.now() - started < TIMES.takeoverMs);
});

test('the successor with the same staging directory does not wait', async (t) => {
  const prefix = randomUUID();
  const holder = randomUUID();
  const proxy = await startS3Proxy(shared);
  const killed = ownerOf(t, 'pod', prefix, { holder, server: proxy.endpoint });
  await until(killed.isOwner);
  await proxy[Symbol.asyncDispose]();
  const started = performance.now();
  await until(ownerOf(t, 'pod', prefix, { holder }).isOwner);
  t.true(performance.now() - started < TIMES.takeoverMs);
});

test('a silent server loses its right before another has it, and ends when it learns', async (t) => {
  const prefix = randomUUID();
  const proxy = await startS3Proxy(shared);
  t.teardown(() => proxy[Symbol.asyncDispose]());
  const silent = ownerOf(t, 'silent', prefix, { server: proxy.endpoint });
  await until(silent.isOwner);
  const next = ownerOf(t, 'next', prefix);
  proxy.delayMs = 60_000;
  let both = false;
  await until(() => {
    both ||= silent.isOwner() && next.isOwner();
    return next.isOwner();
  });
  t.false(both);
  t.false(silent.isOwner());
  t.regex(silent.owner.refusal()?.message ?? '', /bucket captures is too slow/);
  proxy.delayMs = 0;
  const lost = await silent.ended;
  t.true(lost instanceof PrefixLostError);
  t.regex(String(lost), /next has taken s3:\/\/captures\/[\w-]+: one server at a time may use it/);
  t.true(next.isOwner());
  t.true(next.events.some((event) => /^silent was silent for 2.5 s/.test(event)));
});

test('a bucket that was away is used again by who had it', async (t) => {
  const proxy = await startS3Proxy(shared);
  t.teardown(() => proxy[Symbol.asyncDispose]());
  const server = ownerOf(t, 'server', randomUUID(), { server: proxy.endpoint });
  await until(server.isOwner);
  proxy.faults.push(...Array.from({ length: 40 }, () => 'cut' as const));
  await until(() => !server.isOwner());
  t.regex(server.owner.refusal()?.message ?? '', /could not write .*owner in bucket captures|is too slow/);
  await until(server.isOwner);
});

test('a renewal that came through without its answer does not cost the prefix', async (t) => {
  const proxy = await startS3Proxy(shared);
  t.teardown(() => proxy[Symbol.asyncDispose]());
  const server = ownerOf(t, 'server', randomUUID(), { server: proxy.endpoint });
  await until(server.isOwner);
  const before = proxy.requests.length;
  proxy.faults.push('cutAnswer');
  await until(() => proxy.requests.length > before + 6);
  const stillOwner = until(server.isOwner).then(() => 'still the owner');
  t.is(await Promise.race([server.ended, stillOwner]), 'still the owner');
});
