import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { discoverDevices } from '../../src/discover/discoverDevices.ts';
import { createHostRoot } from '../../src/discover/hostRoot.ts';

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
