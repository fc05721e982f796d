import type { LaneEvent, LaneJob, NicFunction } from '@nicdiag/mlx5';
import test from 'ava';
import { createLaneScheduler, type StartLane } from '../../src/lanes/laneScheduler.ts';

type Outcome = Extract<LaneEvent, { type: 'ended' }>['outcome'];

/** Lanes that end when they are told to. */
function lanes() {
  const started: string[] = [];
  const running = new Map<string, { end(outcome: Outcome): void; returned(): void }>();
  let lost = 0;
  const startLane: StartLane = async function* (job, { signal, onReturned }) {
    const { pciAddress } = job.device;
    started.push(pciAddress);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    signal.addEventListener('abort', () => resolve('cancelled'));
    running.set(pciAddress, {
      end(outcome) {
        if (outcome === 'hung') lost += 1;
        resolve(outcome);
      },
      returned() {
        lost -= 1;
        onReturned();
      },
    });
    yield { type: 'opened', info: INFO, layoutVersion: 'x' };
    yield { type: 'ended', outcome: await promise };
  };
  return { startLane, started, lostLanes: () => lost, of: (pciAddress: string) => running.get(pciAddress) };
}

const INFO = { kind: 'fwctl', abi: '1', uid: 1, uctxCap: 0, maxInLength: 1, maxOutLength: 1 } as const;
const signal = new AbortController().signal;
const ignore = async (): Promise<void> => {};

function job(pciAddress: string): LaneJob {
  const device = { pciAddress, asic: pciAddress.slice(0, -2) } as NicFunction;
  return { device, impact: 'ReadOnly', collectors: [], maxBytes: 1 };
}

const A = '0000:01:00.0';
const A1 = '0000:01:00.1';
const B = '0000:02:00.0';
const C = '0000:03:00.0';
const asic = (pciAddress: string): string => pciAddress.slice(0, -2);

function start(scheduler: ReturnType<typeof createLaneScheduler>, pciAddress: string, at = signal) {
  return scheduler.run(asic(pciAddress), async () => job(pciAddress), ignore, { signal: at });
}

/** Lets everything that can go on do so. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('two lanes work at once; functions of one ASIC take turns', async (t) => {
  const sim = lanes();
  const scheduler = createLaneScheduler(sim);
  const runs = [A, A1, B, C].map((pciAddress) => start(scheduler, pciAddress));
  await settle();
  t.deepEqual(sim.started, [A, B]);
  t.is(scheduler.active(), 2);
  t.is(scheduler.waiting(), 2);
  sim.of(A)?.end('done');
  await settle();
  t.deepEqual(sim.started, [A, B, A1]);
  sim.of(B)?.end('done');
  await settle();
  t.deepEqual(sim.started, [A, B, A1, C]);
  sim.of(A1)?.end('gone');
  sim.of(C)?.end('done');
  t.deepEqual(
    (await Promise.all(runs)).map(({ outcome }) => outcome),
    ['done', 'gone', 'done', 'done'],
  );
});

test('a job is prepared when its turn comes, not before', async (t) => {
  const sim = lanes();
  const scheduler = createLaneScheduler(sim);
  const first = start(scheduler, A);
  let prepared = false;
  const prepare = async () => {
    prepared = true;
    return job(A1);
  };
  const second = scheduler.run(asic(A1), prepare, ignore, { signal });
  await settle();
  t.false(prepared);
  sim.of(A)?.end('done');
  await first;
  await settle();
  t.true(prepared);
  sim.of(A1)?.end('done');
  await second;
});

test('a job that is cancelled before its turn never starts; the next one is not held up', async (t) => {
  const sim = lanes();
  const scheduler = createLaneScheduler(sim);
  const first = start(scheduler, A);
  const controller = new AbortController();
  const second = start(scheduler, A1, controller.signal);
  controller.abort();
  t.deepEqual(await second, { outcome: 'cancelled' });
  sim.of(A)?.end('done');
  await first;
  t.deepEqual(await start(scheduler, A, AbortSignal.abort()), { outcome: 'cancelled' });
  t.deepEqual(sim.started, [A]);
});

test('a hung ASIC is quarantined until its thread comes back; the others are served', async (t) => {
  const sim = lanes();
  const trouble: string[] = [];
  const returned: string[] = [];
  const scheduler = createLaneScheduler({
    ...sim,
    onTrouble: (where, end) => trouble.push(`${where} ${end.outcome}`),
    onReturned: (where) => returned.push(where),
  });
  const first = start(scheduler, A);
  const waiting = start(scheduler, A1);
  await settle();
  sim.of(A)?.end('hung');
  t.like(await first, { outcome: 'hung' });
  t.regex((await waiting).message ?? '', /has not come back/);
  t.deepEqual(scheduler.lost(), [asic(A)]);
  t.deepEqual(trouble, [`${A} hung`]);
  t.like(await start(scheduler, A), { outcome: 'hung' });

  const other = start(scheduler, B);
  await settle();
  sim.of(B)?.end('done');
  t.like(await other, { outcome: 'done' });

  sim.of(A)?.returned();
  t.deepEqual(returned, [A]);
  const again = start(scheduler, A);
  await settle();
  sim.of(A)?.end('done');
  t.like(await again, { outcome: 'done' });
});

test('a lane that was refused because others hang is not counted as lost itself', async (t) => {
  const scheduler = createLaneScheduler({
    lostLanes: () => 0,
    async *startLane() {
      yield { type: 'ended', outcome: 'hung', message: 'two lanes are stuck' };
    },
  });
  t.like(await start(scheduler, A), { outcome: 'hung' });
  t.deepEqual(scheduler.lost(), []);
});

test('a consumer that fails stops its lane, and its error comes after the lane has ended', async (t) => {
  const sim = lanes();
  const scheduler = createLaneScheduler(sim);
  const fail = async (): Promise<void> => {
    throw new Error('the disk is full');
  };
  const failed = scheduler.run(asic(A), async () => job(A), fail, { signal });
  await t.throwsAsync(failed, { message: 'the disk is full' });
  t.is(scheduler.active(), 0);
  const broken = scheduler.run(asic(A), () => Promise.reject(new Error('no spool')), ignore, { signal });
  await t.throwsAsync(broken, { message: 'no spool' });
  t.is(scheduler.active(), 0);
});
