import type { NicFunction, UnreachableFunction } from '@nicdiag/mlx5';
import test from 'ava';
import { selectDevice } from '../../src/local/selectDevice.ts';

const first: NicFunction = {
  kind: 'fwctl',
  node: '/host/dev/fwctl/fwctl0',
  pciAddress: '0000:17:00.0',
  asic: '0000:17:00',
  function: 'PF',
  deviceId: 0x1021,
  model: 'ConnectX-7',
  netdevs: ['ens1f0np0', 'ens1f0np0v0'],
  rdmaDevices: ['mlx5_0'],
  vfs: [],
  subfunctions: [],
  link: 'Up',
};
const second: NicFunction = {
  ...first,
  node: '/host/dev/fwctl/fwctl1',
  pciAddress: '0001:17:00.0',
  netdevs: [],
  rdmaDevices: ['mlx5_1'],
};

const third: NicFunction = {
  ...first,
  node: '/host/dev/fwctl/fwctl2',
  pciAddress: '0000:98:00.0',
  netdevs: ['p0'],
  rdmaDevices: ['mlx5_2'],
  subfunctions: [{ name: 'mlx5_core.sf.4', sfnum: 88, netdevs: ['enp152s0s88'], rdmaDevices: ['mlx5_8'] }],
};
const { kind: _kind, node: _node, ...without } = first;
const dead: UnreachableFunction = {
  ...without,
  pciAddress: '0000:e1:00.0',
  netdevs: [],
  rdmaDevices: [],
  unreachable: 'FlashRecovery',
  message: 'no firmware runs on it',
};

for (const name of ['enp152s0s88', 'mlx5_8', 'mlx5_core.sf.4']) {
  test(`a subfunction has no channel, its PF is asked: ${name}`, (t) =>
    t.is(selectDevice([first, third], name), third));
}

test('a device that cannot be asked is named with the reason', (t) => {
  const message = '0000:e1:00.0 (ConnectX-7): no firmware runs on it';
  t.throws(() => selectDevice([first, second], 'e1:00.0', () => [dead]), { name: 'CommandError', message });
  t.throws(() => selectDevice([], undefined, () => [dead]), { name: 'CommandError', message }, 'the only one');
  t.is(
    selectDevice([first], undefined, () => [dead]),
    first,
    'where there is one that can',
  );
});

test('a VF without a channel is named with its PF', (t) => {
  const parent = { ...first, vfs: ['0000:17:00.2', '0000:17:00.3'] };
  const vf: NicFunction = { ...second, pciAddress: '0000:17:00.2', function: 'VF', physfn: first.pciAddress };
  t.is(selectDevice([parent, vf], '17:00.2'), vf);
  for (const devices of [[parent, vf], [parent]]) {
    t.throws(() => selectDevice(devices, '17:00.3'), {
      name: 'CommandError',
      message: /^0000:17:00\.3 is a VF of 0000:17:00\.0 without a debug channel of its own.*-d 0000:17:00\.0/,
    });
  }
});

for (const [name, found] of [
  ['/host/dev/fwctl/fwctl0', first],
  ['/dev/fwctl/fwctl1', second],
  ['fwctl1', second],
  ['0000:17:00.0', first],
  ['17:00.0', first],
  ['0001:17:00.0', second],
  ['ens1f0np0v0', first],
  ['mlx5_1', second],
] as const) {
  test(`a device is found by ${name}`, (t) => t.is(selectDevice([first, second], name), found));
}

test('the only device needs no name', (t) => t.is(selectDevice([second], undefined), second));

for (const [title, devices, name, message] of [
  ['no device at all', [], undefined, /no device with a debug channel.*module loaded/s],
  ['two and no name', [first, second], undefined, /Name one with -d:\n.*0000:17:00\.0.*\n.*0001:17:00\.0/],
  ['no such name', [first, second], 'eth0', /no device is called eth0; there are:\n.*0000:17:00\.0/],
  ['a part of a name', [first, second], 'wctl0', /no device is called wctl0/],
  ['a name of both', [first, { ...second, rdmaDevices: ['mlx5_0'] }], 'mlx5_0', /may be any of these/],
] as const) {
  test(`refused: ${title}`, (t) => {
    t.throws(() => selectDevice(devices, name), { name: 'UsageError', message });
  });
}
