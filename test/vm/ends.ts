import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noCompiler } from '../../emulator/test/client.ts';
import { CHANNELS, host, profile, run, waitingClient } from './characterHost.ts';

const options = noCompiler === undefined ? {} : { skip: noCompiler };
const emulator = fileURLToPath(new URL('../../emulator/src/main.ts', import.meta.url));
const ECONNABORTED = 103;

test('the names of a machine are there once: a second emulator is told who has them', async () => {
  const second = `${host.root}-second`;
  const args = ['serve', '--front-end', 'cuse', '--host', profile, '--root', second];
  const { code, stderr } = await run(process.execPath, emulator, ...args);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /making the character device \/dev\/mlx5ctl-mlx5_core\.ctl\.0 failed with EEXIST: end the emulator/,
  );
  assert.ok(existsSync(`/dev/${CHANNELS.V1.node}`), 'the first one is not disturbed');
});

test('the end of the emulator ends calls that hang, and takes its nodes away', options, async () => {
  await host.control({ fault: 'remove', device: CHANNELS.V2.pciAddress });
  await host.control({ fault: 'restore', device: CHANNELS.V2.pciAddress });
  await host.control({ fault: 'remove', device: CHANNELS.V3.pciAddress });
  await host.control({ fault: 'hang', device: CHANNELS.V4.pciAddress });
  const client = await waitingClient('register', CHANNELS.V4.node, '16', '0x5006', '0001');
  client.goOn();
  const answer = client.lines.next();
  await host.stop();
  assert.equal((await answer).value, String(ECONNABORTED));
  const left = await run('find', '/dev', '-name', '*mlx5ctl*', '-o', '-name', '*fwctl[0-9]*');
  assert.equal(left.stdout, '');
});

test('a program to which the host is the machine finds character devices in its /dev', async () => {
  const command = ['stat', '-c', '%F', '/dev/fwctl/fwctl0'];
  const args = ['exec', '--front-end', 'cuse', '--host', 'gpu-b', '--', ...command];
  const { code, stdout, stderr } = await run(process.execPath, emulator, ...args);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'character special file\n');
});
