import { COLLECTOR_TYPES } from '@nicdiag/mlx5';
import { FIRST, HOST, readOf, repeated, SECOND } from './agent/agentBench.ts';
import { agentTest } from './agent/agentTest.ts';
import { readAgain } from './agent/safeItems.ts';
import { captureContexts } from './whole/captureCommands.ts';

const test = agentTest();

/** Slow enough that something can happen in the middle, fast enough for a test. */
const slow = { fault: 'delay', ms: 25 };
const { signal } = new AbortController();

test('a capture runs: one status, evidence in the store, nothing left on the node, metrics count', async (t) => {
  const { bench } = t.context;
  await bench.capture('whole');
  const { metadata, status } = await bench.finished('whole');
  t.like(status, { state: 'Succeeded', reason: 'Succeeded' });
  t.deepEqual(
    status?.devices?.map(({ pciAddress, state }) => `${pciAddress} ${state}`),
    [`${FIRST} Succeeded`, `${SECOND} Succeeded`],
  );
  t.true(JSON.stringify(status).length < 4096);
  t.true(Date.parse(status?.firstCommandAt ?? '') >= Date.parse(metadata.creationTimestamp ?? ''));
  t.deepEqual(repeated(bench.captured()), []);
  const { devices } = await bench.reader('whole').list({ signal });
  t.deepEqual(
    devices.map(({ manifest }) => manifest.digest as string).sort(),
    status?.devices?.map(({ manifest }) => manifest?.digest ?? '').sort(),
  );
  await bench.until(() => bench.spooled().length === 0, 'the spool is empty');
  const names = [
    'nicdiag_fw_commands_total{op="ACCESS_REG",status="OK"}',
    'nicdiag_fw_command_seconds_count{op="QUERY_HCA_CAP"}',
    'nicdiag_capture_start_latency_seconds_count',
    'nicdiag_capture_duration_seconds_count{collector="RegisterDump",result="Succeeded"}',
    'nicdiag_capture_bytes_total{collector="CapabilityDump",stage="collected"}',
    'nicdiag_captures_total{state="Succeeded",reason="Succeeded"}',
    'nicdiag_uploads_total{result="acknowledged"}',
  ];
  const lineOf = (metrics: string, name: string) => metrics.split('\n').find((line) => line.startsWith(name));
  // The agent counts a capture when it has the answer to its last write, which is seen here before.
  await bench.until(async () => {
    const metrics = await bench.agent.metrics();
    return names.every((name) => Number(lineOf(metrics, name)?.split(' ').at(-1)) > 0);
  }, `above 0: ${names.join()}`);
  const metrics = await bench.agent.metrics();
  t.regex(metrics, /^rest_client_requests_total\{code="200",method="PATCH",host=/m);
});

test('the devices of the node are published with identity, ports and explained health', async (t) => {
  const { bench } = t.context;
  for (const pci of [FIRST, SECOND])
    await bench.until(async () => (await bench.device(pci))?.status?.health !== undefined, `${pci} is published`);
  const device = await bench.device(FIRST);
  const node = JSON.parse(await bench.stack.kubectl(['get', 'node', HOST, '-o', 'json']));
  t.deepEqual(
    device?.metadata.ownerReferences?.map(({ kind, uid }) => ({ kind, uid })),
    [{ kind: 'Node', uid: node.metadata.uid }],
  );
  t.like(device?.status, {
    model: 'ConnectX-7',
    deviceId: '0x1021',
    function: 'PF',
    health: 'Healthy',
    channel: { kind: 'fwctl', node: '/dev/fwctl/fwctl0' },
    link: 'Up',
  });
  t.regex(device?.status?.psid ?? '', /^MT_\d+$/);
  t.is(device?.status?.ports?.[0]?.state, 'Up');
  t.like(device?.status?.conditions?.[0], { type: 'Responsive', status: 'True', reason: 'FirmwareAnswers' });
  const table = await bench.stack.kubectl(['get', 'nicdevices', '-o', 'wide']);
  t.regex(table, new RegExp(`${FIRST} .* Healthy +FirmwareAnswers .* firmware answers`));
  t.regex(table, new RegExp(`${SECOND} .* Degraded +LinkDown .* port 1 is down: cable unplugged`));
  const described = async () => JSON.parse(await bench.stack.kubectl(['get', 'nicnode', HOST, '-o', 'json']));
  await bench.until(async () => (await described()).status?.devices !== undefined, 'the agent describes itself');
  const nicNode = await described();
  t.like(nicNode.status, { devices: 2, agent: { collectors: [...COLLECTOR_TYPES] } });
});

test('a refused register is an error item; all others are read, each exactly once', async (t) => {
  const { bench } = t.context;
  const from = bench.emulator.commandLog().length;
  await bench.emulator.control({ fault: 'refuse', device: FIRST, register: 'PPCNT', status: 'BAD_RES_STATE' });
  await bench.capture('refused');
  const { status } = await bench.finished('refused');
  t.like(status, { state: 'Partial', reason: 'ItemErrors' });
  const [first, second] = status?.devices ?? [];
  t.like(first, { pciAddress: FIRST, state: 'Partial', reason: 'ItemErrors' });
  t.like(first?.collectors?.[0], { name: 'regs', state: 'Partial', reason: 'ItemErrors' });
  t.true((first?.itemErrors ?? 0) > 0 && (first?.itemErrors ?? 0) < (first?.items ?? 0));
  t.is(second?.state, 'Succeeded');
  t.deepEqual(repeated(bench.captured(from)), []);
});

test('a device that vanishes half way is Partial with what it gave; the other completes', async (t) => {
  const { bench } = t.context;
  await bench.restart({ args: ['--rescan=1s'] });
  const from = bench.emulator.commandLog().length;
  await bench.emulator.control({ fault: 'remove', device: FIRST, register: 'PPCNT' });
  await bench.capture('vanished');
  const { status } = await bench.finished('vanished');
  await bench.until(async () => (await bench.device(FIRST)) === undefined, 'its NicDevice is deleted');
  await bench.emulator.control({ fault: 'restore', device: FIRST });
  await bench.until(async () => (await bench.device(FIRST))?.status?.health === 'Healthy', 'it is found again');
  t.like(status, { state: 'Partial', reason: 'DeviceGone' });
  const [first, second] = status?.devices ?? [];
  t.like(first, { pciAddress: FIRST, state: 'Partial', reason: 'DeviceGone' });
  t.true((first?.items ?? 0) > 3);
  t.is(second?.state, 'Succeeded');
  t.deepEqual(repeated(bench.captured(from)), []);
});

test('a filter that matches nothing on the node ends it with NoDeviceMatches', async (t) => {
  const { bench } = t.context;
  await bench.capture('nothing', { target: { nodeNames: [HOST], devices: { models: ['ConnectX-4'] } } as never });
  const { status } = await bench.finished('nothing');
  t.like(status, { state: 'Failed', reason: 'NoDeviceMatches' });
});

test('a filter on PSID asks firmware', async (t) => {
  const { bench } = t.context;
  const psid = (await bench.device(FIRST))?.status?.psid ?? '';
  await bench.capture('psid', {
    target: { nodeNames: [HOST], devices: { psids: [psid], pciAddresses: [SECOND] } } as never,
  });
  const { status } = await bench.finished('psid');
  t.deepEqual(
    status?.devices?.map(({ pciAddress }) => pciAddress),
    [SECOND],
  );
});

test('two captures at once on the same device do not overlap, and both are right', async (t) => {
  const { bench } = t.context;
  const from = bench.emulator.commandLog().length;
  const target = { nodeNames: [HOST], devices: { pciAddresses: [FIRST] } } as never;
  await Promise.all([bench.capture('twin-a', { target }), bench.capture('twin-b', { target })]);
  const parts = [await bench.finished('twin-a'), await bench.finished('twin-b')];
  t.deepEqual(
    parts.map(({ status }) => status?.state),
    ['Succeeded', 'Succeeded'],
  );
  const [first = [], second = [], ...others] = captureContexts(bench.emulator.commandLog().slice(from));
  t.is(others.length, 0);
  t.true(first.length > 150);
  t.deepEqual(first.map(readOf).sort(), second.map(readOf).sort());
  t.true(Math.max(...first.map(({ ns }) => ns)) < Math.min(...second.map(({ ns }) => ns)), 'one after the other');
});

test('the artifact server is down in the middle: the evidence waits in the spool, and arrives whole', async (t) => {
  const { bench } = t.context;
  await bench.capture('before-outage');
  const usual = await bench.finished('before-outage');
  await bench.stack.artifactServer.stop();
  await bench.capture('outage');
  await bench.until(
    () => bench.spooled().filter((name) => name === 'manifest.json').length === 2,
    'both devices are done',
  );
  t.true(bench.spooled().includes('raw.bin'));
  t.not((await bench.part('outage'))?.status?.state, 'Succeeded');
  bench.stack.artifactServer.start();
  const part = await bench.finished('outage');
  t.is(part.status?.state, 'Succeeded');
  await bench.until(() => bench.spooled().length === 0, 'the spool is empty');
  const outline = async (name: string) =>
    (await bench.reader(name).list({ signal })).devices
      .map(({ pciAddress, state, blobs }) => ({
        pciAddress,
        state,
        blobs: blobs.map(({ collector, name }) => `${collector}/${name}`),
      }))
      .sort((a, b) => a.pciAddress.localeCompare(b.pciAddress));
  t.deepEqual(await outline('outage'), await outline('before-outage'));
  t.deepEqual(
    part.status?.devices?.map(({ items }) => items),
    usual.status?.devices?.map(({ items }) => items),
  );
});

test('a cancel stops at the next command; what was collected is kept, the device is free', async (t) => {
  const { bench } = t.context;
  const from = bench.emulator.commandLog().length;
  await bench.emulator.control({ ...slow, ms: 100 });
  await bench.capture('cancelled');
  await bench.until(() => bench.captured(from).length > 10, 'it is at work');
  await bench.stack.kubectl(['patch', 'dcap', 'cancelled', '--type=merge', '-p', '{"spec":{"cancel":true}}']);
  const { status } = await bench.finished('cancelled');
  t.like(status, { state: 'Cancelled', reason: 'Cancelled' });
  await bench.emulator.control({ fault: 'clear' });
  const given = bench.captured(from).length;
  const { devices } = await bench.reader('cancelled').list({ signal });
  t.is(devices[0]?.state, 'Cancelled');
  t.true((status?.devices?.[0]?.items ?? 0) > 3);
  await bench.capture('after-cancel');
  t.is((await bench.finished('after-cancel')).status?.state, 'Succeeded');
  t.true(given < bench.captured(from).length / 2);
});

test('a deleted capture stops at the next command and leaves nothing on the node', async (t) => {
  const { bench } = t.context;
  const from = bench.emulator.commandLog().length;
  await bench.emulator.control({ ...slow, ms: 100 });
  await bench.capture('deleted');
  await bench.until(() => bench.captured(from).length > 10, 'it is at work');
  await bench.stack.kubectl(['delete', 'dcap', 'deleted', '--wait=false']);
  await bench.until(() => bench.spooled().length === 0, 'the spool is empty');
  await bench.emulator.control({ fault: 'clear' });
  const given = bench.captured(from).length;
  await bench.capture('after-delete');
  t.is((await bench.finished('after-delete')).status?.state, 'Succeeded');
  t.true(given < bench.captured(from).length / 2);
});

test('a deadline in the middle stops at the next command and keeps what was collected', async (t) => {
  const { bench } = t.context;
  await bench.emulator.control({ ...slow, ms: 100 });
  await bench.capture('late', { nodeDeadline: '3s' });
  const { status } = await bench.finished('late');
  t.is(status?.reason, 'NodeDeadlineExceeded');
  await bench.emulator.control({ fault: 'clear' });
  await bench.until(
    async () => (await bench.reader('late').list({ signal })).devices.length > 0,
    'its evidence is there',
  );
  await bench.until(() => bench.spooled().length === 0, 'the spool is empty');
});

test('the API server restarts and the NicNode is deleted in the middle: no effect but delay', async (t) => {
  const { bench } = t.context;
  const from = bench.emulator.commandLog().length;
  await bench.emulator.control(slow);
  await bench.capture('restart');
  await bench.until(() => bench.captured(from).length > 10, 'it is at work');
  await bench.stack.cluster.restartApiServer('SIGKILL');
  await bench.stack.kubectl(['delete', 'nicnode', HOST]);
  const { status } = await bench.finished('restart');
  t.is(status?.state, 'Succeeded');
  t.deepEqual(repeated(bench.captured(from)), []);
});

test('SIGTERM in the middle: the agent ends in time, its successor goes on where it stopped', async (t) => {
  const { bench } = t.context;
  const from = bench.emulator.commandLog().length;
  await bench.emulator.control(slow);
  await bench.capture('term');
  await bench.until(() => bench.captured(from).length > 20, 'it is at work');
  const end = await bench.agent.stop({ graceMs: 60_000 });
  t.is(end?.code, 0);
  await bench.emulator.control({ fault: 'clear' });
  const safe = await bench.safe();
  t.true(safe.length > 5);
  const given = bench.emulator.commandLog().length;
  bench.agent.start();
  const { status } = await bench.finished('term');
  t.is(status?.state, 'Succeeded');
  t.deepEqual(readAgain(safe, bench.captured(given)), []);
});
