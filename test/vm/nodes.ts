import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { CHANNELS, host, run } from './characterHost.ts';

test('every node is a character device: in /dev, below the root, and by the numbers in sysfs the same one', async () => {
  const numbers = new Set<number>();
  for (const { node, kind } of Object.values(CHANNELS)) {
    const machine = statSync(`/dev/${node}`);
    const below = statSync(`${host.root}/dev/${node}`);
    assert.ok(machine.isCharacterDevice() && below.isCharacterDevice(), node);
    assert.equal(below.rdev, machine.rdev, node);
    assert.equal(below.mode & 0o777, 0o600, node);
    numbers.add(machine.rdev);
    const name = node.replace('fwctl/', '');
    const sysfs = `${host.root}/sys/class/${kind === 'fwctl' ? 'fwctl' : 'misc'}/${name}`;
    const [major = 0, minor = 0] = readFileSync(`${sysfs}/dev`, 'utf8').split(':').map(Number);
    const { stdout } = await run('stat', '-c', '%t:%T', `/dev/${node}`);
    assert.equal(stdout.trim(), `${major.toString(16)}:${minor.toString(16)}`);
    const uevent = readFileSync(`${sysfs}/uevent`, 'utf8');
    assert.equal(uevent, `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${node}\n`);
  }
  assert.equal(numbers.size, Object.keys(CHANNELS).length, 'each device has numbers of its own');
});

test('what is no device stays a file of FUSE', () => {
  assert.ok(lstatSync(`${host.root}/sys/class/net/enp3s0np0`).isSymbolicLink());
  assert.ok(lstatSync(`${host.root}/sys/class/net/enp3s0np0/operstate`).isFile());
  assert.deepEqual(readdirSync(`${host.root}/dev/fwctl`), ['fwctl0']);
});
