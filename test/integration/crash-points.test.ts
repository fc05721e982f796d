import { leases } from '@nicdiag/kube';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
// The tables themselves, so that no point is left out.
import { CRASH_POINTS } from '../../artifact-server/src/crashPoints.ts';
import { crashPoints } from '../../operator/src/crashPoints.ts';
import { reasonOf } from './operator/captureFacts.ts';
import { captures, nodeCaptures } from './operator/resources.ts';
import { givenCommands, recordedCommands } from './whole/readBundle.ts';
import { spooledFiles } from './whole/spooledFiles.ts';
import { type Mark, startWhole, type WholeBench } from './whole/wholeBench.ts';

/* Operator and artifact server killed at each of their crash points under a real capture. agent-restarts.test.ts does the
 * agent's. One after another: they share the programs. */
const test = anyTest as TestFn<{ bench: WholeBench }>;

test.before(async (t) => {
  t.timeout(600_000);
  t.context = { bench: await startWhole({ hosts: ['gpu-a', 'gpu-b'] }) };
});
test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());
test.afterEach.always((t) => {
  if (!t.passed) t.log(t.context.bench?.stack.tails(20));
});

/** Two that do all, one that the operator refuses by itself. */
const target = { nodeNames: ['gpu-a', 'gpu-b', 'nowhere'] };

/** The capture is as if nothing had happened, its bundle is whole, and it has every command that the devices got: none
 * was given twice. */
async function endsWell(t: ExecutionContext<{ bench: WholeBench }>, name: string, since: Mark): Promise<void> {
  const { bench } = t.context;
  const { status } = await bench.sealed(name);
  t.is(reasonOf(status), 'False Partial');
  t.like(status, { progress: '3/3', counts: { targeted: 3, succeeded: 2, failed: 1, pending: 0, running: 0 } });
  t.deepEqual(
    status?.failures?.map(({ node, reason }) => `${node} ${reason}`),
    ['nowhere NodeNotFound'],
  );
  const parts = await bench.parts(name);
  t.deepEqual(Object.keys(parts).sort(), target.nodeNames);
  const files = await bench.bundle(name);
  for (const host of ['gpu-a', 'gpu-b']) {
    t.is(parts[host]?.status?.devices?.length, 2);
    const recorded = await recordedCommands(files, host);
    t.true(recorded.length > 300, `${recorded.length} commands of ${host}`);
    t.deepEqual(givenCommands(bench.commands(host, since)), recorded);
    const { stateDirectory } = bench.stack.agent(host);
    await bench.awaited(() => spooledFiles(stateDirectory).length === 0, `the spool of ${host} is empty`);
  }
}

/** Starts an operator after one that was killed, without waiting until that one's lease runs out. */
async function startSuccessor({ client, stack }: WholeBench): Promise<void> {
  await client.delete(leases, { namespace: 'nicdiag-system', name: 'nicdiag-operator' });
  stack.operator().start();
}

const operatorPoints = Object.values(crashPoints).filter((point) => point !== crashPoints.childrenDeleted);

for (const point of operatorPoints) {
  test.serial(`the operator is killed at ${point}: the capture ends as if nothing had happened`, async (t) => {
    const { bench } = t.context;
    const operator = bench.stack.operator();
    await operator.stop();
    operator.start({ env: { NICDIAG_CRASH_AT: point } });
    const since = bench.mark();
    const name = `killed-at-${point.replaceAll('.', '-')}`;
    await bench.capture(name, { target });
    t.is((await operator.ended())?.signal, 'SIGKILL');
    await startSuccessor(bench);
    await endsWell(t, name, since);
  });
}

test.serial('the operator is killed after it deleted the parts of a deleted capture: nothing is left', async (t) => {
  const { bench } = t.context;
  const { stack, client } = bench;
  await stack.operator().stop();
  stack.operator().start({ env: { NICDIAG_CRASH_AT: crashPoints.childrenDeleted } });
  await stack.emulator('gpu-a').control({ fault: 'delay', ms: 100 });
  const since = bench.mark();
  await bench.capture('deleted');
  await bench.awaited(() => bench.commands('gpu-a', since).length > 20, 'gpu-a is at work');
  await client.delete(captures, { namespace: 'default', name: 'deleted' });
  t.is((await stack.operator().ended())?.signal, 'SIGKILL');
  await startSuccessor(bench);
  const left = async () => (await client.list(nodeCaptures, { namespace: 'default' })).items;
  await bench.awaited(
    async () => (await left()).every(({ spec }) => spec.capture.name !== 'deleted'),
    'its parts are gone',
  );
  const { stateDirectory } = stack.agent('gpu-a');
  await bench.awaited(() => spooledFiles(stateDirectory).length === 0, 'the spool of gpu-a is empty');
  await stack.emulator('gpu-a').control({ fault: 'clear' });
  const given = bench.commands('gpu-a', since).length;
  t.true(given < 300, `it stopped in the middle, after ${given} commands`);
});

for (const point of CRASH_POINTS) {
  test.serial(`the artifact server is killed at ${point}: the capture ends as if nothing had happened`, async (t) => {
    const { bench } = t.context;
    const { artifactServer } = bench.stack;
    await artifactServer.stop();
    artifactServer.start({ env: { NICDIAG_CRASH_AT: point } });
    const since = bench.mark();
    const name = `killed-at-${point.toLowerCase()}`;
    await bench.capture(name, { target });
    t.is((await artifactServer.ended())?.signal, 'SIGKILL');
    artifactServer.start();
    await endsWell(t, name, since);
  });
}
