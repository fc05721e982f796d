import test from 'ava';
import { builtInProfiles } from '../../src/cli/profiles.ts';
import { createCommandLog } from '../../src/driver/commandLog.ts';
import { createFaultTable } from '../../src/faults/faultTable.ts';
import { createManualClock } from '../../src/firmware/state/clock.ts';
import type { TreeNode } from '../../src/fuse/tree.ts';
import { createHost, type Host } from '../../src/host/host.ts';
import { loadHostProfile } from '../../src/host/profile.ts';

function makeHost(name: string): Host {
  return createHost({
    profile: loadHostProfile(name),
    seed: 1,
    clock: createManualClock(),
    faults: createFaultTable(),
    log: createCommandLog(),
  });
}

for (const name of builtInProfiles()) {
  test(`${name}: every attribute of sysfs reads, and ends in a newline`, (t) => {
    const texts = walk(makeHost(name).tree.root).flatMap(({ path, node }) =>
      node.kind === 'text' ? [{ path, text: node.read() }] : [],
    );
    t.true(texts.length > 50);
    for (const { path, text } of texts) t.regex(text, /^[^\n].*\n$/s, path);
  });
}

test('a device that is removed and restored leaves the tree as it was', (t) => {
  const host = makeHost('gpu-c');
  const paths = (): string[] =>
    walk(host.tree.root)
      .map(({ path }) => path)
      .sort();
  const before = paths();
  for (const fn of host.functions) fn.remove();
  t.deepEqual(
    paths().filter((path) => path.includes('0000:03') || path.includes('fwctl0')),
    [],
  );
  for (const fn of host.functions) fn.restore();
  t.deepEqual(paths(), before);
});

/** Contents of files and targets of links by path. */
function files(name: string): ReadonlyMap<string, string> {
  return new Map(
    walk(makeHost(name).tree.root).flatMap(({ path, node }) =>
      node.kind === 'text' ? [[path, node.read()]] : node.kind === 'symlink' ? [[path, node.target]] : [],
    ),
  );
}

test('a card in flash recovery has its hardware id on the bus, and no driver', (t) => {
  const tree = files('lab-a');
  const card = '/sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0';
  t.is(tree.get(`${card}/device`), '0x0218\n');
  t.is(tree.get(`${card}/class`), '0x058000\n');
  t.false(tree.has(`${card}/driver`));
  t.false(tree.get(`${card}/uevent`)?.includes('DRIVER'));
  t.true(tree.has('/sys/bus/pci/devices/0000:03:00.0'));
  t.false(tree.has('/sys/bus/pci/drivers/mlx5_core/0000:03:00.0'));
  t.false(tree.get('/dev/kmsg')?.includes('0000:03:00.0'), 'its driver says nothing');
});

test('a subfunction is an auxiliary device of its PF with a netdev and an RDMA device of its own', (t) => {
  const tree = files('cloud-a');
  const sf = '/sys/devices/pci0000:16/0000:16:01.0/0000:17:00.0/mlx5_core.sf.2';
  t.is(tree.get(`${sf}/sfnum`), '88\n');
  t.is(tree.get(`${sf}/net/enp23s0f0s88/operstate`), 'up\n');
  t.true(tree.has('/sys/bus/auxiliary/devices/mlx5_core.sf.2'));
  t.true(tree.get('/sys/class/infiniband/mlx5_4')?.endsWith('/mlx5_core.sf.2/infiniband/mlx5_4'));
});

test('VFs belong to the PF before them', (t) => {
  const tree = files('web-b');
  const card = '/sys/devices/pci0000:3a/0000:3a:00.0';
  t.is(tree.get(`${card}/0000:3b:00.0/sriov_numvfs`), '0\n');
  t.is(tree.get(`${card}/0000:3b:00.1/sriov_numvfs`), '2\n');
  t.is(tree.get(`${card}/0000:3b:00.2/physfn`), '../0000:3b:00.1');
  t.is(tree.get(`${card}/0000:3b:00.2/device`), '0x1018\n', 'the id of a ConnectX-5 VF');
});

test('functions of one ASIC have one system image', (t) => {
  const guids = (name: string) =>
    [...files(name)].filter(([path]) => path.endsWith('/sys_image_guid')).map(([, text]) => text);
  t.is(guids('hpc-b').length, 2);
  t.is(new Set(guids('hpc-b')).size, 1, 'also on two sockets');
  t.is(new Set(guids('hpc-a')).size, 2, 'two cards');
});

test('the Arm side of a DPU has the devices of its platform', (t) => {
  t.true(files('dpu-a').has('/sys/bus/platform/devices/MLNXBF04:00'));
  t.false(files('cloud-b').has('/sys/bus/platform/devices/MLNXBF04:00'));
});

function walk(node: TreeNode, path = ''): { path: string; node: TreeNode }[] {
  const below =
    node.kind === 'directory' ? [...node.children].flatMap(([name, child]) => walk(child, `${path}/${name}`)) : [];
  return [{ path, node }, ...below];
}
