import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import zlib from 'node:zlib';
import { ArtifactError } from '@nicdiag/artifacts';
import test from 'ava';
import fc from 'fast-check';
import { assignment, type Scenario, type SimulatedAgent, SimulatedNode, UID } from './simulatedNode.ts';

const start = (cancel = false) => ({ type: 'start', assignment: assignment(cancel) }) as const;

/** Compressions under way: Node does not list them among its active resources. */
let compressing = 0;
const { createZstdCompress } = zlib;
const counted: typeof createZstdCompress = (options) => {
  compressing += 1;
  return createZstdCompress(options).once('close', () => {
    compressing -= 1;
  });
};
Object.defineProperty(zlib, 'createZstdCompress', { value: counted });
syncBuiltinESMExports();

/** Lets the file operations and compressions that a cut-off agent has under way come to their end: a killed one has none.
 * What follows one of them follows within a turn or two. */
async function quiet(): Promise<void> {
  const busy = (): boolean =>
    compressing > 0 || process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
  for (let calm = 0; calm < 8; calm += 1) {
    await sleep(2);
    if (busy()) calm = 0;
  }
}

async function finish(agent: SimulatedAgent): Promise<void> {
  await agent.captures.settled();
}

/** What must not depend on where agents died: everything but times. */
function result(node: SimulatedNode) {
  const { startedAt, firstCommandAt, finishedAt, devices = [], ...status } = node.object?.status ?? {};
  const manifests = [...node.manifests].map(([pciAddress, text]) => {
    const manifest = JSON.parse(text);
    for (const collector of manifest.collectors) delete collector.spans;
    return [pciAddress, manifest];
  });
  return {
    status,
    times: [startedAt, finishedAt].every((time) => typeof time === 'string'),
    devices: devices.map(({ manifest, ...device }) => ({ ...device, uploaded: manifest !== undefined })),
    manifests: Object.fromEntries(manifests),
    blobs: [...node.blobs.keys()].sort(),
  };
}

async function undisturbed(scenario: Scenario) {
  await using node = new SimulatedNode(scenario);
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  await finish(agent);
  return { ...result(node), reads: node.reads };
}

test('a capture runs: every item read once, evidence in the store, one terminal status, an empty spool', async (t) => {
  await using node = new SimulatedNode({ devices: [[3, 2], [4]] });
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  await finish(agent);
  t.is(node.object?.status?.state, 'Succeeded');
  t.is(node.object?.status?.devices?.length, 2);
  t.is(node.reads, 9);
  t.is(node.manifests.size, 2);
  t.deepEqual(node.states, ['Succeeded']);
  t.deepEqual(await node.filesLeft(), [`journal/${UID}.journal`]);
  t.deepEqual(agent.captures.known(), [{ uid: UID, phase: 'finished', cancelled: false }]);
});

test.serial(
  'cut off at any step, any number of times: the same result, nothing finished read twice, one terminal status',
  async (t) => {
    const scenario = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 2,
    });
    await fc.assert(
      fc.asyncProperty(
        scenario,
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 }),
        async (devices, cuts) => {
          const expected = await undisturbed({ devices });
          await using node = new SimulatedNode({ devices });
          for (const steps of cuts) {
            const agent = await node.startAgent(steps);
            // The inbox tells every agent anew; one that knows the capture already has it in its journal.
            if (agent.captures.known().length === 0) agent.captures.apply([start()]);
            await Promise.race([agent.cut, finish(agent)]);
            await quiet();
          }
          const last = await node.startAgent();
          if (last.captures.known().length === 0) last.captures.apply([start()]);
          await finish(last);
          const { reads: _, ...same } = expected;
          t.deepEqual(result(node), same);
          t.deepEqual(node.repeated, []);
          t.is(node.terminalWrites, 1);
          t.deepEqual(await node.filesLeft(), [`journal/${UID}.journal`]);
        },
      ),
      { numRuns: Number(process.env['NICDIAG_RUNS'] ?? 40), endOnFailure: true },
    );
  },
);

test.serial('cut off at each single step in turn', async (t) => {
  const devices = [[2], [1]];
  const { reads: _, ...expected } = await undisturbed({ devices });
  for (let steps = 1; ; steps += 1) {
    await using node = new SimulatedNode({ devices });
    const first = await node.startAgent(steps);
    first.captures.apply([start()]);
    const ended = await Promise.race([first.cut.then(() => 'cut'), finish(first).then(() => 'finished')]);
    if (ended === 'finished') {
      t.true(steps > 20, `only ${steps} steps`);
      break;
    }
    await quiet();
    const second = await node.startAgent();
    if (second.captures.known().length === 0) second.captures.apply([start()]);
    await finish(second);
    t.deepEqual(result(node), expected, `cut at step ${steps}`);
    t.deepEqual(node.repeated, [], `cut at step ${steps}`);
    t.is(node.terminalWrites, 1, `cut at step ${steps}`);
  }
});

test('a shutdown in the middle concludes nothing; the next agent goes on', async (t) => {
  await using node = new SimulatedNode({ devices: [[6]] });
  const first = await node.startAgent();
  node.onRead = (item) => {
    if (item.endsWith('R3')) first.shutdown();
  };
  first.captures.apply([start()]);
  await finish(first);
  t.is(node.object?.status, undefined);
  t.true(node.reads < 6);
  const second = await node.startAgent();
  await finish(second);
  t.is(node.object?.status?.state, 'Succeeded');
  t.is(node.reads, 6);
  t.deepEqual(node.repeated, []);
  const manifest = JSON.parse([...node.manifests.values()][0] ?? '');
  t.is(manifest.collectors[0].spans.length, 2);
});

test('a cancel stops at the next command and keeps what was collected', async (t) => {
  await using node = new SimulatedNode({ devices: [[6, 6]] });
  const agent = await node.startAgent();
  node.onRead = (item) => {
    if (item.endsWith('c0/R3')) agent.captures.apply([{ type: 'cancel', uid: UID }]);
  };
  agent.captures.apply([start()]);
  await finish(agent);
  t.like(node.object?.status, { state: 'Cancelled', reason: 'Cancelled' });
  t.is(node.reads, 4);
  const manifest = JSON.parse([...node.manifests.values()][0] ?? '');
  t.is(manifest.collectors[0].items, 4);
  t.is(manifest.collectors[1].items, 0);
});

test('a cancel that comes with the assignment is reported without a command', async (t) => {
  await using node = new SimulatedNode({ devices: [[6]] });
  const agent = await node.startAgent();
  agent.captures.apply([start(true)]);
  await finish(agent);
  t.is(node.object?.status?.state, 'Cancelled');
  t.is(node.reads, 0);
});

test('a deleted capture stops at the next command and leaves nothing behind', async (t) => {
  await using node = new SimulatedNode({ devices: [[6]] });
  const agent = await node.startAgent();
  node.onRead = (item) => {
    if (!item.endsWith('R2')) return;
    node.object = undefined;
    agent.captures.apply([{ type: 'check', uid: UID }]);
  };
  agent.captures.apply([start()]);
  await finish(agent);
  t.true(node.reads <= 4);
  t.is(node.manifests.size, 0);
  t.deepEqual(await node.filesLeft(), []);
  t.deepEqual(agent.captures.known(), []);
});

test('a capture that somebody else ended is stopped; its evidence is uploaded, its status stays', async (t) => {
  await using node = new SimulatedNode({ devices: [[6]] });
  const agent = await node.startAgent();
  node.onRead = (item) => {
    if (!item.endsWith('R2') || node.object === undefined) return;
    node.object = { ...node.object, status: { state: 'Failed', reason: 'NodeDeadlineExceeded' } };
    agent.captures.apply([{ type: 'check', uid: UID }]);
  };
  agent.captures.apply([start()]);
  await finish(agent);
  t.deepEqual(node.object?.status, { state: 'Failed', reason: 'NodeDeadlineExceeded' });
  t.is(node.manifests.size, 1);
  t.deepEqual(await node.filesLeft(), [`journal/${UID}.journal`]);
});

test('an assignment of a capture that has ended or is another one is not run', async (t) => {
  for (const change of [{ status: { state: 'Partial' } }, { metadata: { name: 'slow-1', uid: 'other' } }] as const) {
    await using node = new SimulatedNode({ devices: [[1]] });
    if (node.object !== undefined) node.object = { ...node.object, ...change };
    const agent = await node.startAgent();
    agent.captures.apply([start()]);
    await finish(agent);
    t.is(node.reads, 0);
    t.is(agent.captures.known()[0]?.phase, 'finished');
  }
});

test('no device passes the filter: the node fails with that reason at once', async (t) => {
  await using node = new SimulatedNode({ devices: [[1]] });
  if (node.object !== undefined) node.object.spec.devices = { functions: ['VF'], linkState: 'Any' };
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  await finish(agent);
  t.like(node.object?.status, { state: 'Failed', reason: 'NoDeviceMatches' });
});

test('a passed deadline ends the capture with its reason and without a command', async (t) => {
  await using node = new SimulatedNode({ devices: [[3]] });
  if (node.object !== undefined) node.object.spec.deadline = '2020-01-01T00:00:00Z';
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  await finish(agent);
  t.like(node.object?.status, { state: 'Failed', reason: 'DeadlineExceeded' });
  t.is(node.reads, 0);
});

test('a store that does not answer until the deadline: UploadFailed, and the evidence arrives late', async (t) => {
  const began = Date.now();
  const deadlineMs = 900;
  // Time stands still until everything is collected, however long that takes; then little is left of it.
  let behind: number | undefined;
  const now = (): number => (behind === undefined ? began : Date.now() - behind);
  await using node = new SimulatedNode({ devices: [[3]], now });
  node.storeError = new ArtifactError('ConnectionFailed', 'connect ECONNREFUSED');
  if (node.object !== undefined) node.object.spec.deadline = new Date(began + deadlineMs).toISOString();
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  while (!(await node.journalled()).includes('"manifest":')) await turn();
  behind = Date.now() - (began + deadlineMs * 0.85);
  while (node.object?.status?.state === undefined) await turn();
  t.like(node.object.status, { state: 'Failed', reason: 'UploadFailed' });
  t.regex(node.object.status.devices?.[0]?.message ?? '', /connect ECONNREFUSED/);
  t.true((await node.filesLeft()).some((file) => file.endsWith('raw.bin')));
  node.storeError = undefined;
  await finish(agent);
  t.is(node.manifests.size, 1);
  t.is(node.object.status.state, 'Failed');
  t.deepEqual(await node.filesLeft(), [`journal/${UID}.journal`]);
});

test('evidence that the store refuses for its limit is reported so and not kept', async (t) => {
  await using node = new SimulatedNode({ devices: [[3]] });
  node.storeError = new ArtifactError('LimitExceeded', 'maxBytesTotal of the capture is reached');
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  await finish(agent);
  t.like(node.object?.status, { state: 'Failed', reason: 'LimitExceeded' });
  t.deepEqual(await node.filesLeft(), [`journal/${UID}.journal`]);
});

test('a capture that takes its time is reported as running: two writes in all', async (t) => {
  const timing = { runningAfterMs: 30, progressEveryMs: 60_000 };
  await using node = new SimulatedNode({ devices: [[20]], itemMs: 10, timing });
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  await finish(agent);
  t.deepEqual(node.states, ['Running', 'Succeeded']);
});

test('a spool without room ends the collector with SpoolFull and keeps what it has', async (t) => {
  // An item has 64 bytes and the header of its frame.
  await using node = new SimulatedNode({ devices: [[10]], spoolLimit: 5 * 128 });
  const agent = await node.startAgent();
  agent.captures.apply([start()]);
  await finish(agent);
  t.like(node.object?.status, { state: 'Partial', reason: 'SpoolFull' });
  t.is(node.object?.status?.devices?.[0]?.items, 5);
  t.regex(node.object?.status?.devices?.[0]?.message ?? '', /spool has reached its limit of 640 bytes/);
  t.is(node.manifests.size, 1);
});
