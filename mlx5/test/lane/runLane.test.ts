import anyTest, { type TestFn } from 'ava';
import { decodeItem, identityFrom, portStatesFrom } from '../../src/decode/index.ts';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { capabilities, everyRegister, lane, registers } from './laneRun.ts';

interface Hosts {
  readonly mlx5ctl: EmulatedHost;
  readonly fwctl: EmulatedHost;
  readonly limited: EmulatedHost;
}
const suite = anyTest as TestFn<Hosts>;
const reason = whyNoEmulator();
const test = reason === undefined ? suite.serial : suite.skip;
if (reason !== undefined) suite(`emulated hosts are skipped: ${reason}`, (t) => t.pass());
else {
  suite.before(async (t) => {
    const [mlx5ctl, fwctl, limited] = await Promise.all(
      ['gpu-a', 'gpu-b', 'gpu-c'].map((profile) => emulatedHost(profile)),
    );
    t.context = { mlx5ctl: mlx5ctl!, fwctl: fwctl!, limited: limited! };
  });
  // What the test before has left to the background is not counted in this one.
  suite.beforeEach(async (t) => {
    for (const host of Object.values(t.context)) await host.untilIdle();
  });
  suite.after.always((t) => Promise.all(Object.values(t.context ?? {}).map((host) => host.stop())));
}

for (const kind of ['mlx5ctl', 'fwctl'] as const) {
  test(`${kind}: both collectors read a whole card, every register once, and change nothing`, async (t) => {
    const host = t.context[kind];
    const device = host.devices[0]!;
    const before = host.log().length;
    const { events, items, ends, ended } = await lane(device, { specs: [registers, capabilities] });
    t.like(ended, { outcome: 'done' });
    t.deepEqual(
      ends.map(({ name, state, itemErrors }) => ({ name, state, itemErrors })),
      [
        { name: 'regs', state: 'Done', itemErrors: 0 },
        { name: 'caps', state: 'Done', itemErrors: 0 },
      ],
    );
    t.deepEqual(
      events.map(({ type }) => type).filter((type) => type !== 'items'),
      ['opened', 'collectorStarted', 'firstCommand', 'collectorEnded', 'collectorStarted', 'collectorEnded', 'ended'],
    );
    t.like(events[0], { info: { kind, abi: kind === 'fwctl' ? '1' : 'V4' } });
    t.true(items.filter(({ kind: what }) => what === 'register').length >= 60);
    const log = host
      .log()
      .slice(before)
      .filter(({ device: at }) => at === device.pciAddress);
    const reads = log.filter(({ opcode }) => opcode === 0x805);
    t.is(reads.length, items.filter(({ kind: what }) => what === 'register').length);
    t.deepEqual(
      log.filter(({ mutation }) => mutation !== undefined),
      [],
    );
    t.is(new Set(reads.map(({ register, index }) => JSON.stringify([register, index]))).size, reads.length);
    await t.notThrowsAsync(host.untilIdle());
    t.is((await host.control({ status: true }))['tainted'], false);
  });
}

test('what was read decodes to the device that it is', async (t) => {
  const { items } = await lane(t.context.mlx5ctl.device('0000:03:00.0'));
  t.like(identityFrom(items), { firmwareVersion: '28.42.1000', psid: 'MT_0000000838' });
  t.like(portStatesFrom(items), [{ number: 1, state: 'Up' }]);
  for (const item of items) {
    if (item.outcome === 'absent') continue;
    const decoded = decodeItem(item);
    t.deepEqual(decoded.unknown, {}, item.key);
    t.true(Object.keys(decoded.fields).length > 0, item.key);
  }
});

test('the set All ends without an error item: what a card has not is absent', async (t) => {
  const { ends, ended } = await lane(t.context.fwctl.devices[0]!, { specs: [everyRegister] });
  t.is(ended.outcome, 'done');
  t.like(ends[0], { state: 'Done', itemErrors: 0 });
});

test('a VF is found with its PF, whose model it has', (t) => {
  const [pf, vf] = t.context.limited.devices;
  t.like(pf, { function: 'PF', model: 'BlueField-3', vfs: [vf!.pciAddress] });
  t.like(vf, { function: 'VF', model: 'BlueField-3', physfn: pf!.pciAddress, asic: pf!.asic });
});

test('a limited function is Unsupported for registers with its reason, and still tells its capabilities', async (t) => {
  for (const device of t.context.limited.devices) {
    const { items, ends, ended } = await lane(device, { specs: [registers, capabilities] });
    t.is(ended.outcome, 'done', device.pciAddress);
    t.like(ends, [
      { name: 'regs', state: 'Unsupported', reason: 'Unsupported', itemErrors: 0 },
      { name: 'caps', state: 'Done' },
    ]);
    t.like(identityFrom(items), { psid: 'MT_0000000884' });
    t.regex(ends[0]?.message ?? '', /BlueField-3 (PF|VF)\) lets this host read no registers: .*BAD_SYS_STATE/);
  }
});

test('a refused register is an error item, all others are read once', async (t) => {
  const device = t.context.mlx5ctl.device('0000:83:00.0');
  await t.context.mlx5ctl.control({
    fault: 'refuse',
    device: device.pciAddress,
    register: 'PPCNT',
    status: 3,
    times: 1,
  });
  const { items, ends, ended } = await lane(device);
  t.is(ended.outcome, 'done');
  t.like(ends[0], { state: 'Done', itemErrors: 1 });
  const refused = items.filter(({ outcome }) => outcome === 'refused');
  t.is(refused.length, 1);
  t.like(refused[0], { name: 'PPCNT', frames: [{ status: 3, errno: 0 }] });
  t.not(refused[0]?.frames[0]?.syndrome, 0);
  t.is(new Set(items.map(({ key }) => key)).size, items.length);
});

test('a device that vanishes half way ends the lane; what was read stays, and it can be read again when it is back', async (t) => {
  const host = t.context.mlx5ctl;
  const device = host.device('0000:83:00.0');
  await host.control({ fault: 'remove', device: device.pciAddress, afterCommands: 30, times: 1 });
  const { items, ends, ended } = await lane(device, { specs: [registers, capabilities] });
  t.is(ended.outcome, 'gone');
  t.is(items.filter(({ outcome }) => outcome !== 'failed').length, 30);
  t.like(items.at(-1), { outcome: 'failed' });
  t.like(ends, [
    { name: 'regs', state: 'Failed', reason: 'DeviceGone', itemErrors: 1 },
    { name: 'caps', state: 'Failed', reason: 'DeviceGone', items: 0 },
  ]);
  await host.control({ fault: 'clear' });
  await host.control({ fault: 'restore', device: device.pciAddress });
  t.is((await lane(device)).ended.outcome, 'done');
});

test('a node that is not there ends the lane with what to do', async (t) => {
  const device = { ...t.context.mlx5ctl.devices[0]!, node: '/nowhere' };
  const { events, ended } = await lane(device);
  t.is(events.length, 1);
  t.is(ended.outcome, 'openFailed');
  t.regex(ended.message ?? '', /ENOENT: .*scan again/);
});

test('a register write is impossible: the guard stands before the ioctl', async (t) => {
  const host = t.context.fwctl;
  const before = host.log().length;
  const named = { registers: [{ name: 'PPCNT', index: { clr: '1' } }] };
  const { ends } = await lane(host.devices[0]!, { specs: [{ name: 'w', type: 'RegisterDump', registerDump: named }] });
  t.like(ends[0], { state: 'Failed', reason: 'InvalidSpec' });
  t.deepEqual(
    host
      .log()
      .slice(before)
      .filter(({ opcode }) => opcode === 0x805),
    [],
  );
});

test('aborting stops before the next command and keeps what was read', async (t) => {
  const host = t.context.fwctl;
  const device = host.devices[1]!;
  await host.control({ fault: 'delay', device: device.pciAddress, ms: 15 });
  const abort = new AbortController();
  const { items, ends, ended } = await lane(device, {
    specs: [registers, capabilities],
    signal: abort.signal,
    onEvent: (event) => {
      if (event.type === 'items') abort.abort();
    },
  });
  await host.control({ fault: 'clear' });
  t.is(ended.outcome, 'cancelled');
  t.like(ends, [
    { name: 'regs', state: 'Cancelled' },
    { name: 'caps', state: 'Cancelled', items: 0 },
  ]);
  t.true(items.length > 0 && items.length < 60, `${items.length}`);
  t.is(ends[0]?.items, items.length);
});

test('a signal that is aborted already opens nothing', async (t) => {
  const host = t.context.fwctl;
  const before = host.log().length;
  const { ended, ends } = await lane(host.devices[0]!, { signal: AbortSignal.abort() });
  t.is(ended.outcome, 'cancelled');
  t.like(ends, [{ state: 'Cancelled' }]);
  t.is(host.log().length, before);
});

test('a second run reads only what the first has not put on disk', async (t) => {
  const host = t.context.fwctl;
  const device = host.devices[0]!;
  const whole = await lane(device);
  const before = host.log().length;
  const rest = await lane(device, { done: whole.items.slice(0, 70) });
  t.deepEqual(
    rest.items.map(({ key }) => key),
    whole.items.slice(70).map(({ key }) => key),
  );
  const reads = host
    .log()
    .slice(before)
    .filter(({ opcode }) => opcode === 0x805 || opcode === 0x100);
  t.is(reads.length, whole.items.length - 70);
});

test('a consumer that does not come back makes the lane wait', async (t) => {
  const host = t.context.fwctl;
  const before = host.log().length;
  let reads = 0;
  const { items } = await lane(host.devices[0]!, {
    specs: [everyRegister, capabilities],
    onEvent: async (event) => {
      if (event.type !== 'items' || reads > 0) return;
      const count = (): number => host.log().length - before;
      // It stands still when two looks in a row see the same.
      for (let last = -1; last !== count(); ) {
        last = count();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      reads = count();
    },
  });
  t.true(reads < items.length - 10, `${reads} of ${items.length} were read although nobody took them`);
});

test('leaving the loop early stops the lane and releases the device', async (t) => {
  const host = t.context.fwctl;
  const device = host.devices[0]!;
  const { runLane } = await import('../../src/lane/runLane.ts');
  const { laneJob } = await import('./laneRun.ts');
  for await (const event of runLane(laneJob(device), { signal: new AbortController().signal })) {
    if (event.type === 'items') break;
  }
  await t.notThrowsAsync(host.untilIdle());
});

test('the byte limit of a device ends its collectors with LimitExceeded', async (t) => {
  const { ends, items } = await lane(t.context.fwctl.devices[0]!, { maxBytes: 20_000 });
  t.like(ends[0], { state: 'Failed', reason: 'LimitExceeded' });
  t.true(items.length > 10);
});
