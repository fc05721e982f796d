import type { Condition, NicDeviceStatus } from '@nicdiag/api';
import type { NicFunction } from '@nicdiag/mlx5';
import test from 'ava';
import { nicDeviceStatus, statusDifference } from '../../src/devices/nicDeviceStatus.ts';

const device: NicFunction = {
  kind: 'fwctl',
  node: '/host/dev/fwctl/fwctl0',
  pciAddress: '0000:03:00.0',
  asic: '0000:03:00',
  function: 'PF',
  deviceId: 0x21,
  model: 'ConnectX-7',
  netdevs: ['ens1'],
  rdmaDevices: [],
  subfunctions: [],
  vfs: Array.from({ length: 300 }, (_, index) => `0000:03:${String(index).padStart(2, '0')}.1`),
  link: 'Up',
};
const facts = {
  identity: { psid: 'MT_1', firmwareVersion: '28.43.2026' },
  ports: [{ number: 1, state: 'Up', wanted: true, speed: '400Gb/s' }],
  health: { portMonitorOpcodes: {}, modulesInError: [] },
} as const;

const render = (before: readonly Condition[] = [], now = '2026-01-01T00:00:00Z'): NicDeviceStatus =>
  nicDeviceStatus(device, '/dev/fwctl/fwctl0', { type: 'facts', facts, abi: '1' }, facts, before, now);

test('the status shows the device as host and firmware do, its VFs bounded', (t) => {
  const status = render();
  t.like(status, {
    deviceId: '0x0021',
    psid: 'MT_1',
    channel: { kind: 'fwctl', abi: '1', node: '/dev/fwctl/fwctl0' },
    ports: [{ number: 1, state: 'Up', speed: '400Gb/s' }],
    health: 'Healthy',
  });
  t.is(status.vfs?.length, 256);
  t.false('numaNode' in status);
});

test('a device that hangs keeps the identity that it told before', (t) => {
  const hung = { type: 'failed', end: { outcome: 'hung' } } as const;
  const status = nicDeviceStatus(device, '/dev/x', hung, facts, [], 'now');
  t.like(status, { psid: 'MT_1', health: 'Unresponsive', channel: { kind: 'fwctl', node: '/dev/x' } });
});

test('a condition that holds on keeps its time, one that changes gets a new one', (t) => {
  const { conditions = [] } = render();
  t.is(render(conditions, 'later').conditions?.[0]?.lastTransitionTime, '2026-01-01T00:00:00Z');
  const unlike = conditions.map((condition) => ({ ...condition, status: 'False' as const }));
  t.is(render(unlike, 'later').conditions?.[0]?.lastTransitionTime, 'later');
});

test('only what differs is written, and what is no longer said is taken away', (t) => {
  const before = render();
  t.is(statusDifference(before, render()), undefined);
  t.is(
    statusDifference({ ...before, channel: { node: '/dev/fwctl/fwctl0', abi: '1', kind: 'fwctl' } }, before),
    undefined,
  );
  const { psid: _, ...after } = { ...before, link: 'Down' as const };
  t.deepEqual(statusDifference(before, after), { psid: null, link: 'Down' });
  t.is(Object.keys(statusDifference(undefined, before) ?? {}).length, Object.keys(before).length);
});

test('a DPU is shown with the side that the node is, and subfunctions as part of their PF', (t) => {
  const subfunctions = Array.from({ length: 300 }, (_, at) => ({
    name: `mlx5_core.sf.${at}`,
    sfnum: at,
    netdevs: [],
    rdmaDevices: [],
  }));
  const dpu = { ...device, model: 'BlueField-3', side: 'Arm', subfunctions } as const;
  const status = nicDeviceStatus(dpu, '/dev/fwctl/fwctl0', { type: 'notAsked' }, undefined, [], 'now');
  t.is(status.side, 'Arm');
  t.is(status.subfunctions?.length, 256);
  t.deepEqual(status.subfunctions?.[1], { name: 'mlx5_core.sf.1', sfnum: 1 });
});

for (const [unreachable, health, status, reason] of [
  ['FlashRecovery', 'Unresponsive', 'False', 'FirmwareInRecovery'],
  ['NoDriver', 'Unknown', 'Unknown', 'NoDebugChannel'],
  ['NoChannel', 'Unknown', 'Unknown', 'NoDebugChannel'],
] as const) {
  test(`a card that cannot be asked is shown with the reason: ${unreachable}`, (t) => {
    const { kind: _kind, node: _node, ...rest } = device;
    const message = 'why, and what to do';
    const dead = { ...rest, unreachable, message };
    const answer = { type: 'unreachable', why: unreachable, message } as const;
    const shown = nicDeviceStatus(dead, undefined, answer, undefined, [], 'now');
    t.is(shown.health, health);
    t.is(shown.channel, undefined);
    t.like(shown.conditions?.[0], { type: 'Responsive', status, reason, message });
  });
}
