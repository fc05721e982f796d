import { lostLanes } from '../../src/lane/runLane.ts';
import { hostTest } from '../hostTest.ts';
import { capabilities, lane, registers } from './laneRun.ts';

const test = hostTest('gpu-a');

/** Long enough that only a command that hangs is taken for one, however busy the machine. */
const COMMAND_TIMEOUT_MS = 2_000;

/** QUERY_HCA_CAP, QUERY_ADAPTER, ACCESS_REG. */
const READS: ReadonlySet<number> = new Set([0x100, 0x101, 0x805]);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a command that hangs is reported, its lane given up, other devices served; it counts as lost until it comes back', async (t) => {
  const { host } = t.context;
  const [stuck, well] = [host.devices[0]!, host.devices[1]!];
  await host.control({ fault: 'hang', device: stuck.pciAddress, register: 'PPCNT', times: 1 });
  const { items, ends, ended } = await lane(stuck, {
    specs: [registers, capabilities],
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
  });
  t.is(ended.outcome, 'hung');
  t.regex(ended.message ?? '', /0000:03:00\.0: a command to .* has not come back in \d+ ms/);
  t.like(ends, [
    { name: 'regs', state: 'Failed', reason: 'DeviceHung' },
    { name: 'caps', state: 'Failed', reason: 'DeviceHung', items: 0 },
  ]);
  t.is(ends[0]?.items, items.length);
  // Nothing that had come back is lost with the thread, not even what it had not sent yet.
  const answered = (): number =>
    host.log().filter(({ device, opcode }) => device === stuck.pciAddress && READS.has(opcode)).length;
  await until(() => answered() >= items.length);
  t.is(answered(), items.length);
  t.is(lostLanes(), 1);
  t.is((await lane(well)).ended.outcome, 'done');
  await host.control({ fault: 'clear' });
  await until(() => lostLanes() === 0);
  t.is((await lane(stuck)).ended.outcome, 'done');
});

test('with two lanes lost no further device is opened', async (t) => {
  const { host } = t.context;
  await host.control({ fault: 'hang', register: 'PPCNT', times: 2 });
  const hung = await Promise.all(host.devices.map((device) => lane(device, { commandTimeoutMs: COMMAND_TIMEOUT_MS })));
  t.deepEqual(
    hung.map(({ ended }) => ended.outcome),
    ['hung', 'hung'],
  );
  t.is(lostLanes(), 2);
  const before = host.log().length;
  const { ended, ends } = await lane(host.devices[0]!);
  t.is(ended.outcome, 'hung');
  t.like(ends, [{ reason: 'DeviceHung' }]);
  t.is(host.log().length, before);
  await host.control({ fault: 'clear' });
  await until(() => lostLanes() === 0);
});

test('a slow command is no hung one', async (t) => {
  const { host } = t.context;
  await host.control({ fault: 'delay', device: host.devices[0]!.pciAddress, register: 'MGIR', ms: 250, times: 1 });
  const { ended, items } = await lane(host.devices[0]!, { commandTimeoutMs: 60_000 });
  t.is(ended.outcome, 'done');
  t.true(Number(items.find(({ name }) => name === 'MGIR')!.frames[0]!.elapsedNs) >= 250e6);
});

test('a command that the kernel gives up on ends the lane as hung, without a lost thread', async (t) => {
  const { host } = t.context;
  await host.control({ fault: 'hang', device: host.devices[0]!.pciAddress, register: 'PPCNT', times: 1, ms: 100 });
  const { ended, ends, items } = await lane(host.devices[0]!);
  t.is(ended.outcome, 'hung');
  t.like(ends[0], { reason: 'DeviceHung' });
  t.is(items.at(-1)?.frames[0]?.errno, 110);
  t.is(lostLanes(), 0);
});
