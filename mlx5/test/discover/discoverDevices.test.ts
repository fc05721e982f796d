import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { discoverDevices } from '../../src/discover/discoverDevices.ts';
import { discoverUnreachable } from '../../src/discover/discoverUnreachable.ts';
import { createHostRoot } from '../../src/discover/hostRoot.ts';
import { identifyModel } from '../../src/discover/models.ts';

const base = mkdtempSync(join(tmpdir(), 'nicdiag-discover-'));
test.after.always(() => rmSync(base, { recursive: true }));

/** Makes a host's tree: a string is a file's content, `-> target` a link. */
function host(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(base, name);
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), full);
    else writeFileSync(full, content);
  }
  return root;
}

function pci(address: string, device: string, vendor = '0x15b3'): Record<string, string> {
  const directory = `sys/devices/pci0000:00/${address}`;
  return {
    [`${directory}/vendor`]: `${vendor}\n`,
    [`${directory}/device`]: `${device}\n`,
    [`${directory}/numa_node`]: '-1\n',
    [`sys/bus/pci/devices/${address}`]: `-> ../../../devices/pci0000:00/${address}`,
  };
}

function mlx5ctl(index: number, address: string): Record<string, string> {
  const name = `mlx5_core.ctl.${index}`;
  return {
    [`dev/mlx5ctl-${name}`]: '',
    [`sys/devices/pci0000:00/${address}/${name}/uevent`]: '',
    [`sys/bus/auxiliary/devices/${name}`]: `-> ../../../devices/pci0000:00/${address}/${name}`,
  };
}

function fwctl(index: number, address: string): Record<string, string> {
  return {
    [`dev/fwctl/fwctl${index}`]: '',
    [`sys/class/fwctl/fwctl${index}/device`]: `-> ../../../devices/pci0000:00/${address}`,
  };
}

test('a PF is found through mlx5ctl with its netdev, RDMA device, VFs and NUMA node', (t) => {
  const address = '0000:03:00.0';
  const directory = `sys/devices/pci0000:00/${address}`;
  const root = host('mlx5ctl', {
    ...pci(address, '0x1021'),
    ...pci('0000:03:00.2', '0x101e'),
    ...mlx5ctl(0, address),
    [`${directory}/virtfn0`]: '-> ../0000:03:00.2',
    [`sys/class/net/eth2/operstate`]: 'up\n',
    [`sys/class/net/eth2/device`]: `-> ../../../devices/pci0000:00/${address}`,
    [`sys/class/infiniband/mlx5_0/device`]: `-> ../../../devices/pci0000:00/${address}`,
  });
  writeFileSync(join(root, directory, 'numa_node'), '1\n');
  t.deepEqual(discoverDevices({ hostRoot: root }), [
    {
      kind: 'mlx5ctl',
      node: join(root, 'dev/mlx5ctl-mlx5_core.ctl.0'),
      pciAddress: address,
      asic: '0000:03:00',
      function: 'PF',
      deviceId: 0x1021,
      model: 'ConnectX-7',
      netdevs: ['eth2'],
      rdmaDevices: ['mlx5_0'],
      vfs: ['0000:03:00.2'],
      subfunctions: [],
      numaNode: 1,
      link: 'Up',
    },
  ]);
});

test('a VF has its PF, the model and the ASIC of its PF', (t) => {
  const root = host('vf', {
    ...pci('0000:03:00.0', '0xa2dc'),
    ...pci('0000:04:00.2', '0x101e'),
    ...fwctl(0, '0000:03:00.0'),
    ...fwctl(1, '0000:04:00.2'),
    'sys/devices/pci0000:00/0000:04:00.2/physfn': '-> ../0000:03:00.0',
  });
  const vf = discoverDevices({ hostRoot: root }).find((device) => device.function === 'VF');
  t.like(vf, { pciAddress: '0000:04:00.2', physfn: '0000:03:00.0', asic: '0000:03:00', model: 'BlueField-3' });
});

test('a function with both interfaces is found once, through fwctl', (t) => {
  const root = host('both', {
    ...pci('0000:03:00.0', '0x1021'),
    ...mlx5ctl(0, '0000:03:00.0'),
    ...fwctl(4, '0000:03:00.0'),
  });
  const devices = discoverDevices({ hostRoot: root });
  t.is(devices.length, 1);
  t.like(devices[0], { kind: 'fwctl', node: join(root, 'dev/fwctl/fwctl4') });
});

test("other vendors' devices and nodes without a PCI function are left alone", (t) => {
  const root = host('others', {
    ...pci('0000:05:00.0', '0x0d93', '0x8086'),
    ...fwctl(0, '0000:05:00.0'),
    'dev/fwctl/fwctl1': '',
    'dev/mlx5ctl-mlx5_core.ctl.9': '',
  });
  t.deepEqual(discoverDevices({ hostRoot: root }), []);
});

test('an unknown device id is shown, not hidden', (t) => {
  const root = host('unknown', { ...pci('0000:03:00.0', '0x1099'), ...fwctl(0, '0000:03:00.0') });
  t.is(discoverDevices({ hostRoot: root })[0]?.model, 'unknown (0x1099)');
});

test("what belongs to a subfunction is not its PF's, and neither are representors", (t) => {
  const address = '0000:03:00.0';
  const directory = `sys/devices/pci0000:00/${address}`;
  const up = '../../../devices/pci0000:00';
  const root = host('subfunctions', {
    ...pci(address, '0xa2dc'),
    ...fwctl(0, address),
    [`${directory}/mlx5_core.sf.12/sfnum`]: '7\n',
    [`${directory}/mlx5_core.sf.3/sfnum`]: '88\n',
    [`${directory}/mlx5_core.eth.0/uevent`]: '',
    'sys/class/net/p0/device': `-> ${up}/${address}`,
    'sys/class/net/p0/phys_port_name': 'p0\n',
    'sys/class/net/p0/operstate': 'down\n',
    'sys/class/net/pf0hpf/device': `-> ${up}/${address}`,
    'sys/class/net/pf0hpf/phys_port_name': 'pf0\n',
    'sys/class/net/pf0hpf/operstate': 'up\n',
    'sys/class/net/c1pf0vf3/device': `-> ${up}/${address}`,
    'sys/class/net/c1pf0vf3/phys_port_name': 'c1pf0vf3\n',
    'sys/class/net/enp3s0f0s88/device': `-> ${up}/${address}/mlx5_core.sf.3`,
    'sys/class/net/enp3s0f0s88/operstate': 'up\n',
    'sys/class/infiniband/mlx5_0/device': `-> ${up}/${address}`,
    'sys/class/infiniband/mlx5_4/device': `-> ${up}/${address}/mlx5_core.sf.3`,
  });
  t.like(discoverDevices({ hostRoot: root })[0], {
    netdevs: ['p0'],
    rdmaDevices: ['mlx5_0'],
    link: 'Down',
    subfunctions: [
      { name: 'mlx5_core.sf.3', sfnum: 88, netdevs: ['enp3s0f0s88'], rdmaDevices: ['mlx5_4'] },
      { name: 'mlx5_core.sf.12', sfnum: 7, netdevs: [], rdmaDevices: [] },
    ],
  });
});

/** Which side of a DPU a host is. */
for (const [name, device, files, side] of [
  ['its host', '0xa2dc', {}, 'Host'],
  ['its Arm cores', '0xa2d6', { 'sys/bus/platform/devices/MLNXBF04:00/modalias': 'acpi:MLNXBF04:' }, 'Arm'],
  ['a server with no DPU', '0x1021', {}, undefined],
] as const) {
  test(`a DPU is named with the side that this host is: ${name}`, (t) => {
    const root = host(`side of ${name}`, { ...pci('0000:03:00.0', device), ...fwctl(0, '0000:03:00.0'), ...files });
    t.is(discoverDevices({ hostRoot: root })[0]?.side, side);
  });
}

test('functions on several buses are one ASIC when their RDMA devices have one system image', (t) => {
  const rdma = (name: string, address: string, image: string): Record<string, string> => ({
    [`sys/class/infiniband/${name}/device`]: `-> ../../../devices/pci0000:00/${address}`,
    [`sys/class/infiniband/${name}/sys_image_guid`]: `${image}\n`,
  });
  const addresses = ['0000:03:00.0', '0000:83:00.0', '0000:c3:00.0', '0000:d3:00.0', '0000:e3:00.0'];
  const root = host('socket direct', {
    ...Object.assign({}, ...addresses.map((address) => pci(address, '0x1021'))),
    ...Object.assign({}, ...addresses.map((address, at) => fwctl(at, address))),
    ...rdma('mlx5_0', '0000:83:00.0', 'b83f:d203:0015:0010'),
    ...rdma('mlx5_1', '0000:03:00.0', 'b83f:d203:0015:0010'),
    ...rdma('mlx5_2', '0000:c3:00.0', '0000:0000:0000:0000'),
    ...rdma('mlx5_3', '0000:d3:00.0', '0000:0000:0000:0000'),
  });
  t.deepEqual(
    discoverDevices({ hostRoot: root }).map(({ asic }) => asic),
    ['0000:03:00', '0000:03:00', '0000:c3:00', '0000:d3:00', '0000:e3:00'],
  );
});

/** PCI device id, model, and whether the card is in recovery; by hand from the list of ids (reference 13.3). */
const MODEL_IDS: readonly (readonly [number, string, boolean?])[] = [
  [0x1013, 'ConnectX-4'],
  [0x1015, 'ConnectX-4 Lx'],
  [0x1016, 'ConnectX-4 Lx'],
  [0x1017, 'ConnectX-5'],
  [0x1018, 'ConnectX-5'],
  [0x1019, 'ConnectX-5 Ex'],
  [0x101b, 'ConnectX-6'],
  [0x101d, 'ConnectX-6 Dx'],
  [0x101f, 'ConnectX-6 Lx'],
  [0x1021, 'ConnectX-7'],
  [0x1023, 'ConnectX-8'],
  [0x1025, 'ConnectX-9'],
  [0xa2d2, 'BlueField'],
  [0xa2d6, 'BlueField-2'],
  [0xa2dc, 'BlueField-3'],
  [0x209, 'ConnectX-4', true],
  [0x20b, 'ConnectX-4 Lx', true],
  [0x20d, 'ConnectX-5', true],
  [0x20f, 'ConnectX-6', true],
  [0x210, 'ConnectX-6', true],
  [0x211, 'BlueField', true],
  [0x212, 'ConnectX-6 Dx', true],
  [0x213, 'ConnectX-6 Dx', true],
  [0x214, 'BlueField-2', true],
  [0x216, 'ConnectX-6 Lx', true],
  [0x218, 'ConnectX-7', true],
  [0x219, 'ConnectX-7', true],
  [0x21c, 'BlueField-3', true],
  [0x21d, 'BlueField-3', true],
  [0x21e, 'ConnectX-8', true],
  [0x224, 'ConnectX-9', true],
];
test('models by PCI device id, running and in recovery', (t) => {
  for (const [id, name, inRecovery = false] of MODEL_IDS)
    t.like(identifyModel(id), { name, inRecovery }, id.toString(16));
  t.is(identifyModel(0x1978), undefined, "a DPU's bridge");
});

test('a physical function that cannot be asked is found with the reason', (t) => {
  const driver = (address: string, name: string): Record<string, string> => ({
    [`sys/devices/pci0000:00/${address}/driver`]: `-> ../../../bus/pci/drivers/${name}`,
    [`sys/bus/pci/drivers/${name}/bind`]: '',
  });
  const root = host('unreachable', {
    ...pci('0000:01:00.0', '0x1021'),
    ...fwctl(0, '0000:01:00.0'),
    ...pci('0000:02:00.0', '0x0218'),
    ...pci('0000:03:00.0', '0x101d'),
    ...pci('0000:04:00.0', '0x101d'),
    ...driver('0000:04:00.0', 'vfio-pci'),
    ...pci('0000:05:00.0', '0x1017'),
    ...driver('0000:05:00.0', 'mlx5_core'),
    ...pci('0000:06:00.0', '0x101e'),
    'sys/devices/pci0000:00/0000:06:00.0/physfn': '-> ../0000:05:00.0',
    ...pci('0000:07:00.0', '0x1978'),
    ...pci('0000:08:00.0', '0x0218', '0x8086'),
  });
  const found = discoverUnreachable({ hostRoot: root });
  t.deepEqual(
    found.map(({ pciAddress, model, unreachable }) => [pciAddress, model, unreachable]),
    [
      ['0000:02:00.0', 'ConnectX-7', 'FlashRecovery'],
      ['0000:03:00.0', 'ConnectX-6 Dx', 'NoDriver'],
      ['0000:04:00.0', 'ConnectX-6 Dx', 'NoDriver'],
      ['0000:05:00.0', 'ConnectX-5', 'NoChannel'],
    ],
  );
  t.regex(found[0]?.message ?? '', /flash recovery \(PCI id 0x0218\)/);
  t.regex(found[2]?.message ?? '', /vfio-pci has it/);
});

test('a host without devices, or without a tree, has none', (t) => {
  t.deepEqual(discoverDevices({ hostRoot: join(base, 'nowhere') }), []);
});

test('absolute links stay inside the host root, and no link leads out of it', (t) => {
  const root = host('links', {
    'sys/real/file': 'inside',
    'sys/absolute': '-> /sys/real',
    'sys/up': '-> ../../../../../../../sys/real/file',
    'sys/loop': '-> loop',
    'etc/passwd': 'ours',
    'sys/escape': '-> /etc/passwd',
  });
  const files = createHostRoot(root);
  t.is(files.read('/sys/absolute/file'), 'inside');
  t.is(files.read('/sys/up'), 'inside');
  t.is(files.read('/sys/escape'), 'ours');
  t.is(files.resolve('/sys/loop'), undefined);
  t.is(files.resolve('/../../etc/passwd'), '/etc/passwd');
});
