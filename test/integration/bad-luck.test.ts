import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leases } from '@nicdiag/kube';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { reasonOf } from './operator/captureFacts.ts';
import { BRIEF_LEASE, LEASE } from './operator/operatorBench.ts';
import { captures, nicNodes } from './operator/resources.ts';
import { type BundleContents, givenCommands, recordedCommands } from './whole/readBundle.ts';
import { spooledFiles } from './whole/spooledFiles.ts';
import { COLLECTORS, type Mark, type Ran, type SpecDraft, startWhole, type WholeBench } from './whole/wholeBench.ts';

/* What goes wrong in mid-capture, on all programs at once. One after another: they break what they share. */
const test = anyTest as TestFn<{ bench: WholeBench }>;
type T = ExecutionContext<{ bench: WholeBench }>;

const HOSTS = ['gpu-a', 'gpu-b'];

test.before(async (t) => {
  t.timeout(600_000);
  const bench = await startWhole({ hosts: HOSTS, operators: 2 });
  t.context = { bench };
  await Promise.all([0, 1].map((index) => bench.stack.operator(index).stop()));
});
// One that lost its lease has ended, as it should; its Deployment starts it again.
test.beforeEach((t) => {
  for (const index of [0, 1]) {
    const operator = t.context.bench.stack.operator(index);
    operator.setRestart('always');
    operator.start({ args: BRIEF_LEASE });
  }
});
test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());
test.afterEach.always(async (t) => {
  const { bench } = t.context;
  if (!t.passed) t.log(bench?.stack.tails(20));
  for (const host of HOSTS) await bench?.stack.emulator(host).control({ fault: 'clear' });
});

/** Starts a capture and waits until all devices of these hosts are in the middle of it. There they stand still, in a
 * command, until `goOn`. */
async function inTheMiddle(t: T, name: string, spec: SpecDraft = {}, hosts: readonly string[] = HOSTS): Promise<Mark> {
  const { bench } = t.context;
  const since = bench.mark();
  // The agent's own looks do not ask for it.
  for (const host of hosts) await bench.stack.emulator(host).control({ fault: 'hang', register: 'PPCNT' });
  await bench.capture(name, spec);
  for (const host of hosts) await bench.awaited(() => standsStill(t, host), `${host} is in the middle`);
  return since;
}

async function standsStill(t: T, host: string): Promise<boolean> {
  const { devices, faults } = (await t.context.bench.stack.emulator(host).control({ status: true })) as {
    readonly devices: readonly object[];
    readonly faults: readonly { readonly struck: number }[];
  };
  return faults[0]?.struck === devices.length;
}

/** Starts a capture on slow devices and waits until all of them are in the middle of it: it would take a minute. */
async function slowly(t: T, name: string, spec: SpecDraft = {}): Promise<Mark> {
  await slowDown(t);
  const since = t.context.bench.mark();
  await t.context.bench.capture(name, spec);
  await untilAtWork(t, since);
  return since;
}

async function slowDown(t: T): Promise<void> {
  for (const host of HOSTS) await t.context.bench.stack.emulator(host).control({ fault: 'delay', ms: 100 });
}

async function untilAtWork(t: T, since: Mark): Promise<void> {
  const { bench } = t.context;
  for (const host of HOSTS)
    await bench.awaited(() => bench.commands(host, since).length > 20, `${host} is in the middle`);
}

async function goOn(t: T): Promise<void> {
  for (const host of HOSTS) await t.context.bench.stack.emulator(host).control({ fault: 'clear' });
}

/** Everything was collected, and every command that the devices got is in the bundle: none was given twice. */
async function complete(t: T, name: string, since: Mark): Promise<BundleContents> {
  const { status } = await t.context.bench.sealed(name);
  t.is(reasonOf(status), 'True AllSucceeded', JSON.stringify(status?.failures));
  return await nothingLost(t, name, since);
}

/** The bundle verifies and has every command that the devices got, once; nothing is left in the spools. */
async function nothingLost(
  t: T,
  name: string,
  since: Mark,
  { hosts = HOSTS, late = false }: { readonly hosts?: readonly string[]; readonly late?: boolean } = {},
): Promise<BundleContents> {
  const { bench } = t.context;
  for (const host of hosts) await spoolEmpty(t, host);
  const files = await bench.bundle(name, { late });
  for (const host of hosts)
    t.deepEqual(givenCommands(bench.commands(host, since)), await recordedCommands(files, host), host);
  return files;
}

async function spoolEmpty(t: T, host: string): Promise<void> {
  const { stateDirectory } = t.context.bench.stack.agent(host);
  await t.context.bench.awaited(() => spooledFiles(stateDirectory).length === 0, `the spool of ${host} is empty`);
}

/** The devices are free: the next capture gets all there is from them. */
async function nextIsComplete(t: T, name: string): Promise<void> {
  await goOn(t);
  const since = t.context.bench.mark();
  await t.context.bench.capture(name);
  await complete(t, name, since);
}

function failuresOf(status: Awaited<ReturnType<WholeBench['finished']>>['status']): string[] | undefined {
  return status?.failures?.map(({ node, device, reason }) => [node, device, reason].filter(Boolean).join(' ')).sort();
}

function secondsOf(status: Awaited<ReturnType<WholeBench['finished']>>['status']): number {
  return (Date.parse(status?.finishedAt ?? '') - Date.parse(status?.startedAt ?? '')) / 1000;
}

/** Runs `kubectl nicdiag capture` on a file. */
function captureByPlugin(t: T, name: string, spec: object, ...flags: string[]): Promise<Ran> {
  const { bench } = t.context;
  const file = join(bench.stack.logs, `${name}.json`);
  const kind = { apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture' };
  writeFileSync(file, JSON.stringify({ ...kind, metadata: { name }, spec }));
  return bench.nicdiag('capture', '-f', file, ...flags);
}

const registers = [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }];

test.serial('the API server is killed and every watch with it: no effect but delay', async (t) => {
  const { bench } = t.context;
  const since = await inTheMiddle(t, 'api');
  await bench.stack.cluster.restartApiServer('SIGKILL');
  t.is((await bench.until('api', () => true)).status?.finishedAt, undefined, 'it is still at work');
  await goOn(t);
  await complete(t, 'api', since);
});

test.serial('the leading operator is killed with a second one waiting: that one ends the capture', async (t) => {
  const { bench } = t.context;
  const holder = async () => (await bench.client.get(leases, LEASE)).spec?.holderIdentity ?? '';
  await bench.awaited(async () => (await holder()) !== '', 'one leads');
  const first = await holder();
  const leader = bench.stack.operator(first.includes('nicdiag-operator-0') ? 0 : 1);
  const since = await inTheMiddle(t, 'leader');
  leader.setRestart('never');
  leader.kill('SIGKILL');
  await leader.ended();
  await goOn(t);
  await complete(t, 'leader', since);
  t.not(await holder(), first);
});

test.serial('a NicNode is deleted by hand: the inbox is made again, the capture goes on', async (t) => {
  const { bench } = t.context;
  const since = await inTheMiddle(t, 'inbox');
  const before = await bench.client.get(nicNodes, { name: 'gpu-b' });
  await bench.client.delete(nicNodes, { name: 'gpu-b' });
  const again = async () => await bench.client.find(nicNodes, { name: 'gpu-b' });
  await bench.awaited(async () => {
    const { uid } = (await again())?.metadata ?? {};
    return uid !== undefined && uid !== before.metadata.uid;
  }, 'it is made again');
  t.deepEqual((await again())?.spec.assignments, before.spec.assignments);
  await goOn(t);
  await complete(t, 'inbox', since);
});

test.serial('two captures at once on one device: one after the other, both complete', async (t) => {
  const { bench } = t.context;
  const device = '0000:17:00.0';
  const target = { nodeNames: ['gpu-b'], devices: { pciAddresses: [device] } };
  const since = bench.mark();
  await Promise.all(['twin-a', 'twin-b'].map((name) => bench.capture(name, { target })));
  const recorded: string[] = [];
  for (const name of ['twin-a', 'twin-b']) {
    t.is(reasonOf((await bench.sealed(name)).status), 'True AllSucceeded');
    const one = await recordedCommands(await bench.bundle(name), 'gpu-b');
    t.true(one.length > 150);
    recorded.push(...one);
  }
  t.deepEqual(givenCommands(bench.commands('gpu-b', since)), recorded.sort());
  const contexts = bench.contexts('gpu-b', since);
  t.is(contexts.length, 2, 'each had the device opened once');
  const [first, second] = contexts.map((commands) => commands.map(({ ns }) => ns));
  t.true(Math.max(...first!) < Math.min(...second!), 'the second began when the first had ended');
});

test.serial(
  'the artifact server is away in mid-upload: the spool keeps it all, then the bundle is the same',
  async (t) => {
    const { bench } = t.context;
    const { artifactServer } = bench.stack;
    const calm = bench.mark();
    await bench.capture('calm');
    const usual = await complete(t, 'calm', calm);
    await artifactServer.stop();
    // Two blobs are in the store, the third is on its way.
    artifactServer.start({ env: { NICDIAG_CRASH_AT: 'blobReceived:3' } });
    await artifactServer.untilReady();
    const since = bench.mark();
    await bench.capture('outage');
    t.is((await artifactServer.ended())?.signal, 'SIGKILL');
    for (const host of HOSTS) {
      const agent = bench.stack.agent(host);
      const tries = async () => /^nicdiag_uploads_total\{result="failed"\} (\d+)/m.exec(await agent.metrics())?.[1];
      const before = Number((await tries()) ?? 0);
      await bench.awaited(async () => Number(await tries()) > before + 2, `${host} has tried again`);
      const manifests = () => spooledFiles(agent.stateDirectory).filter((name) => name === 'manifest.json');
      await bench.awaited(() => manifests().length === 2, `${host} has collected everything`);
      t.true(spooledFiles(agent.stateDirectory).includes('raw.bin'));
    }
    t.is((await bench.until('outage', () => true)).status?.finishedAt, undefined);
    artifactServer.start();
    const files = await complete(t, 'outage', since);
    t.deepEqual([...files.keys()], [...usual.keys()]);
  },
);

test.serial('cancelled: it stops at the next command, what was collected can be downloaded', async (t) => {
  const { bench } = t.context;
  await slowDown(t);
  const since = bench.mark();
  const plugin = captureByPlugin(
    t,
    'cancelled',
    { target: { nodeNames: HOSTS }, collectors: COLLECTORS },
    ...['--wait', '--download', bench.stack.logs],
  );
  await untilAtWork(t, since);
  await bench.stack.kubectl(['patch', 'dcap', 'cancelled', '--type=merge', '-p', '{"spec":{"cancel":true}}']);
  const { code, stderr } = await plugin;
  t.is(code, 4, stderr);
  t.regex(stderr, /^bundle: .*cancelled/m);
  const { status } = await bench.sealed('cancelled');
  t.is(reasonOf(status), 'False Cancelled');
  t.is(status?.counts?.cancelled, 2);
  for (const host of HOSTS) t.true(bench.commands(host, since).length < 330, 'it stopped in the middle, of 390');
  await nothingLost(t, 'cancelled', since);
  await nextIsComplete(t, 'after-cancelled');
});

test.serial('the deadline passes: it stops at the next command, what was collected is kept', async (t) => {
  const { bench } = t.context;
  const since = await slowly(t, 'late', { deadline: '6s' });
  const { status } = await bench.finished('late');
  // Partial where the evidence was in the store by the deadline.
  t.regex(reasonOf(status), /^False (DeadlineExceeded|Partial)$/);
  for (const part of Object.values(await bench.parts('late'))) t.is(part?.status?.reason, 'DeadlineExceeded');
  t.true(secondsOf(status) >= 5, `after ${secondsOf(status)} s`);
  await nothingLost(t, 'late', since, { late: true });
  await nextIsComplete(t, 'after-late');
});

test.serial('deleted: it stops at the next command, nothing is left of it', async (t) => {
  const { bench } = t.context;
  const since = await slowly(t, 'deleted');
  await bench.client.delete(captures, { namespace: 'default', name: 'deleted' });
  for (const host of HOSTS) await spoolEmpty(t, host);
  await bench.awaited(async () => Object.keys(await bench.parts('deleted')).length === 0, 'its parts are gone');
  for (const host of HOSTS) t.true(bench.commands(host, since).length < 330, 'it stopped in the middle, of 390');
  const { code, stderr } = await bench.nicdiag('download', 'deleted', '-o', bench.stack.logs);
  t.is(code, 1);
  t.regex(stderr, /deleted/);
  await nextIsComplete(t, 'after-deleted');
});

test.serial(
  'a register is refused, a device vanishes half way, a node has no such device, one no agent, one does not exist: each has its reason, the rest is complete, each command was given once',
  async (t) => {
    const { bench } = t.context;
    const emulator = bench.stack.emulator('gpu-a');
    const [refusing, vanishing] = ['0000:03:00.0', '0000:83:00.0'];
    await emulator.control({ fault: 'refuse', device: refusing, register: 'PPCNT', status: 'BAD_RES_STATE', times: 1 });
    await emulator.control({ fault: 'remove', device: vanishing, register: 'PPCNT' });
    const since = bench.mark();
    const nodeNames = ['gpu-a', 'gpu-b', 'system', 'nowhere'];
    const target = { nodeNames, devices: { pciAddresses: [refusing, vanishing] } };
    const { code, stderr } = await captureByPlugin(t, 'mixed', { target, collectors: registers }, '--wait');
    t.is(code, 2, stderr);
    const { status } = await bench.sealed('mixed');
    t.is(reasonOf(status), 'False Partial');
    t.deepEqual(
      ['gpu-b NoDeviceMatches', 'nowhere NodeNotFound', 'system AgentMissing'],
      failuresOf(status)?.filter((line) => !line.startsWith('gpu-a')),
    );
    const devices = (await bench.parts('mixed'))['gpu-a']?.status?.devices;
    t.deepEqual(
      devices?.map(({ pciAddress, state, reason }) => `${pciAddress} ${state} ${reason}`),
      [`${refusing} Partial ItemErrors`, `${vanishing} Partial DeviceGone`],
    );
    t.is(devices?.[0]?.itemErrors, 1);
    const files = await nothingLost(t, 'mixed', since, { hosts: ['gpu-a'] });
    const lines = files.get(`gpu-a/${refusing}/regs/items.ndjson`)?.toString().trim().split('\n') ?? [];
    const refused = lines.map((line) => JSON.parse(line)).filter(({ outcome }) => outcome === 'refused');
    t.like(refused, [{ name: 'PPCNT', status: 'BAD_RES_STATE' }]);
    t.regex(refused[0].syndrome, /^0x[0-9a-f]{8}$/);
    const gone = files.get(`gpu-a/${vanishing}/regs/items.ndjson`)?.toString() ?? '';
    t.regex(gone, /"outcome":"failed".*"errno":"(ENODEV|ENXIO)"/);
    await emulator.control({ fault: 'restore', device: vanishing });
    await nextIsComplete(t, 'after-mixed');
  },
);

test.serial('no node matches: it ends at once, with nothing done', async (t) => {
  const target = { nodeSelector: { matchLabels: { pool: 'nobody' } } };
  const { code, stderr } = await captureByPlugin(t, 'nobody', { target, collectors: registers }, '--wait');
  t.is(code, 1, stderr);
  const { status } = await t.context.bench.finished('nobody');
  t.is(reasonOf(status), 'False NoNodeMatches');
  t.true(secondsOf(status) < 60, 'it has not waited for anything');
});

test.serial('an agent is gone for good: its node ends by its deadline, other hosts are not held up', async (t) => {
  const { bench } = t.context;
  const since = await inTheMiddle(t, 'lost', { nodeDeadline: '15s' }, ['gpu-b']);
  const agent = bench.stack.agent('gpu-b');
  agent.kill('SIGKILL');
  // It dies when the kernel lets go of its threads.
  await goOn(t);
  await agent.ended();
  const meanwhile = bench.mark();
  await bench.capture('meanwhile', { target: { nodeNames: ['gpu-a'] } });
  t.is(reasonOf((await bench.finished('meanwhile')).status), 'True AllSucceeded');
  t.true(bench.commands('gpu-a', meanwhile).length > 300);
  const { status } = await bench.finished('lost');
  t.is(reasonOf(status), 'False Partial');
  t.deepEqual(failuresOf(status), ['gpu-b AgentLost']);
  t.is(status?.counts?.succeeded, 1);
  t.true(secondsOf(status) >= 14, `the lost one has its time: ${secondsOf(status)} s`);
  // When it comes back after all: what it had collected is still taken, nothing more is asked of the device.
  const asked = bench.commands('gpu-b', since).filter(({ register }) => register === 'PPCNT').length;
  agent.start();
  await agent.pod.untilReady();
  await spoolEmpty(t, 'gpu-b');
  t.is(bench.commands('gpu-b', since).filter(({ register }) => register === 'PPCNT').length, asked);
  t.is((await bench.parts('lost'))['gpu-b']?.status?.reason, 'AgentLost');
  const next = bench.mark();
  await bench.capture('after-lost');
  await bench.finished('after-lost');
  t.is((await bench.parts('after-lost'))['gpu-b']?.status?.state, 'Succeeded');
  t.true(bench.commands('gpu-b', next).length > 300);
});

test.serial('a node is deleted: its part ends with that reason, the other is complete', async (t) => {
  const { bench } = t.context;
  const since = await inTheMiddle(t, 'node');
  await bench.stack.kubectl(['delete', 'node', 'gpu-b', '--wait=false']);
  const deleted = async () => (await bench.parts('node'))['gpu-b']?.status?.reason === 'NodeDeleted';
  await bench.awaited(deleted, 'its part has ended');
  await goOn(t);
  const { status } = await bench.sealed('node');
  t.is(reasonOf(status), 'False Partial');
  t.deepEqual(failuresOf(status), ['gpu-b NodeDeleted']);
  await nothingLost(t, 'node', since, { hosts: ['gpu-a'], late: true });
  const gone = async () => (await bench.client.find(nicNodes, { name: 'gpu-b' })) === undefined;
  await bench.awaited(gone, 'its NicNode went with it');
});
