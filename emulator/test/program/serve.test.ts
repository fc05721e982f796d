import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import test from 'ava';
import { compileClient, noCompiler } from '../client.ts';
import { startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';

const obstacle = noFuse ?? noCompiler;
const served = noFuse === undefined ? test.serial : test.skip;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`not everything of serve can be tried: ${obstacle}`, (t) => t.pass());

const CTL = 'dev/mlx5ctl-mlx5_core.ctl.0';
const PAOS = ['16', '0x5006', '0001'];

served('sysfs has the shape that Linux gives it', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  const run = async (...command: string[]): Promise<string> => (await namespace.run(command)).stdout.trim();
  const pci = `${root}/sys/devices/pci0000:00/0000:00:01.0/0000:03:00.0`;

  t.is(await run('ls', `${root}/dev`), 'fwctl\nkmsg\nmlx5ctl-mlx5_core.ctl.0\nmlx5ctl-mlx5_core.ctl.1');
  t.is(await run('realpath', `${root}/sys/bus/auxiliary/devices/mlx5_core.ctl.0`), `${pci}/mlx5_core.ctl.0`);
  t.is(await run('realpath', `${root}/sys/class/net/enp3s0np0/device`), pci);
  t.is(await run('realpath', `${root}/sys/class/infiniband/mlx5_0/device`), pci);
  t.is(await run('realpath', `${root}/sys/class/misc/mlx5ctl-mlx5_core.ctl.0/mdev`), pci);
  t.is(
    await run('readlink', `${root}/sys/bus/pci/devices/0000:03:00.0`),
    '../../../devices/pci0000:00/0000:00:01.0/0000:03:00.0',
  );
  t.is(await run('basename', await run('realpath', `${pci}/driver`)), 'mlx5_core');
  t.is(await run('cat', `${pci}/vendor`, `${pci}/device`), '0x15b3\n0x1021');
  t.is(await run('cat', `${pci}/current_link_speed`, `${pci}/current_link_width`), '32.0 GT/s PCIe\n16');
  t.is(await run('cat', `${pci}/net/enp3s0np0/operstate`, `${pci}/net/enp3s0np0/speed`), 'up\n400000');
  t.is(await run('cat', `${pci}/infiniband/mlx5_0/ports/1/state`), '4: ACTIVE');
  t.is(await run('find', root, '-xtype', 'l'), '', 'no link points nowhere');
});

served('sysfs values move, and cannot be written', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const file = `${emulator.root}/sys/class/net/enp3s0np0/statistics/rx_bytes`;
  const read = async (): Promise<bigint> => BigInt((await emulator.namespace.run(['cat', file])).stdout.trim());
  const before = await read();
  t.true((await read()) > before);
  t.not((await emulator.namespace.run(['sh', '-c', `echo 1 > ${file}`])).code, 0);
  t.not((await emulator.namespace.run(['touch', `${emulator.root}/dev/new`])).code, 0);
});

served('a virtual function and its physical function point to each other', async (t) => {
  await using emulator = await startEmulator('gpu-c');
  const { namespace, root } = emulator;
  const devices = `${root}/sys/bus/pci/devices`;
  const real = async (path: string): Promise<string> => (await namespace.run(['realpath', path])).stdout.trim();
  t.is(await real(`${devices}/0000:03:00.2/physfn`), await real(`${devices}/0000:03:00.0`));
  t.is(await real(`${devices}/0000:03:00.0/virtfn0`), await real(`${devices}/0000:03:00.2`));
  t.is(await real(`${root}/sys/class/fwctl/fwctl1/device`), await real(`${devices}/0000:03:00.2`));
  t.is((await namespace.run(['cat', `${devices}/0000:03:00.2/device`])).stdout, '0x101e\n');
});

withClient('a removed device vanishes, open files answer ENODEV, and it comes back', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  const client = namespace.start([compileClient('register'), `${root}/${CTL}`, ...PAOS, 'pause']);
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  t.is((await lines.next()).value, 'open');

  t.like(await emulator.control({ fault: 'remove', device: '0000:03:00.0' }), { ok: true });
  t.is((await namespace.run(['ls', `${root}/dev`])).stdout, 'fwctl\nkmsg\nmlx5ctl-mlx5_core.ctl.1\n');
  t.is((await namespace.run(['ls', `${root}/sys/class/net`])).stdout, 'ibp131s0\n');
  client.stdin.write('\n');
  t.is((await lines.next()).value, '19');

  await emulator.control({ fault: 'restore', device: '0000:03:00.0' });
  const again = await namespace.run([compileClient('register'), `${root}/${CTL}`, ...PAOS]);
  t.regex(again.stdout, /^open\n0 0 0 /);
});

withClient('a device can vanish under a given command', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  const client = compileClient('register');
  await emulator.control({ fault: 'remove', device: '0000:03:00.0', register: 'PAOS', afterCommands: 1 });
  t.regex((await namespace.run([client, `${root}/${CTL}`, ...PAOS])).stdout, /^open\n0 0 0 /);
  t.is((await namespace.run([client, `${root}/${CTL}`, ...PAOS])).stdout, 'open\n19\n');
  t.is((await namespace.run([client, `${root}/${CTL}`, ...PAOS])).code, 1, 'its node is gone');
  t.like(emulator.commandLog().at(-1), { register: 'PAOS', errno: 'ENODEV', index: { local_port: 1 } });
});

withClient('a refused register shows the status asked for, as often as asked for', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  const client = compileClient('register');
  await emulator.control({
    fault: 'refuse',
    device: '0000:03:00.0',
    register: 'PAOS',
    status: 'RES_BUSY',
    syndrome: 66,
    times: 1,
  });
  t.is((await namespace.run([client, `${root}/${CTL}`, ...PAOS])).stdout.split('\n')[1]?.slice(0, 6), '0 6 66');
  t.regex((await namespace.run([client, `${root}/${CTL}`, ...PAOS])).stdout, /^open\n0 0 0 /);
  t.like(
    emulator.commandLog().find(({ status }) => status === 6),
    { register: 'PAOS', syndrome: 66 },
  );
});

for (const [host, node] of [
  ['gpu-a', CTL],
  ['gpu-b', 'dev/fwctl/fwctl0'],
] as const) {
  withClient(`${node}: a delayed command is answered late, and others meanwhile`, async (t) => {
    await using emulator = await startEmulator(host);
    const { namespace, root } = emulator;
    const client = compileClient('register');
    const delayMs = 1_500;
    await emulator.control({ fault: 'delay', register: 'PAOS', ms: delayMs, times: 1 });
    // It has its device open already, so that little has to be done within the delay.
    const other = namespace.start([client, `${root}/${node}`, '160', '0x9020', '-', 'pause']);
    const lines = createInterface({ input: other.stdout })[Symbol.asyncIterator]();
    t.is((await lines.next()).value, 'open');
    const late = namespace.run([client, `${root}/${node}`, ...PAOS]);
    await until(async () => struckFaults(await emulator.control({ status: true })) === 1);
    other.stdin.write('\n');
    t.regex((await lines.next()).value ?? '', /^0 0 0 /);
    t.regex((await late).stdout, /^open\n0 0 0 00010101/);
    const commands = emulator.commandLog().filter(({ command }) => command === 'ACCESS_REG');
    t.deepEqual(
      commands.map(({ register }) => register),
      ['MGIR', 'PAOS'],
    );
    t.true(Number(commands[1]?.['elapsedNs']) >= delayMs * 1e6);
  });
}

withClient('a hang ends when it is cleared; with a limit, in ETIMEDOUT', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  const client = compileClient('register');
  await emulator.control({ fault: 'hang', register: 'PAOS', times: 1 });
  const hanging = namespace.run([client, `${root}/${CTL}`, ...PAOS]);
  await until(async () => struckFaults(await emulator.control({ status: true })) === 1);
  await emulator.control({ fault: 'clear' });
  t.regex((await hanging).stdout, /^open\n0 0 0 /);

  await emulator.control({ fault: 'hang', register: 'PAOS', ms: 20, times: 1 });
  t.is((await namespace.run([client, `${root}/${CTL}`, ...PAOS])).stdout, 'open\n110\n');
});

for (const [host, node, answer] of [
  // The driver of mlx5ctl's time wrote a status of its own, later ones give an errno.
  ['gpu-a', CTL, `0 254 ${0xbadd_00de} `],
  ['gpu-b', 'dev/fwctl/fwctl0', '6'],
] as const) {
  withClient(`${node}: after an internal error nothing reaches firmware until it is over`, async (t) => {
    await using emulator = await startEmulator(host);
    const { namespace, root } = emulator;
    const client = namespace.start([compileClient('register'), `${root}/${node}`, ...PAOS, 'pause']);
    const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    t.is((await lines.next()).value, 'open');
    await emulator.control({ fault: 'internalError' });
    client.stdin.write('\n');
    t.true((await lines.next()).value?.startsWith(answer));
    const another = await namespace.run([compileClient('register'), `${root}/${node}`, ...PAOS]);
    t.is(another.code, 1);
    t.regex(another.stderr, /No such device or address/, 'it cannot be opened');
    await emulator.control({ fault: 'clear' });
    t.regex((await namespace.run([compileClient('register'), `${root}/${node}`, ...PAOS])).stdout, /^open\n0 0 0 /);
  });
}

withClient('SIGTERM ends the emulator while a client hangs in a call', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  await emulator.control({ fault: 'hang' });
  const hanging = namespace.run([compileClient('register'), `${root}/${CTL}`, ...PAOS]);
  await until(async () => struckFaults(await emulator.control({ status: true })) === 1);
  t.is(await emulator.stop(), 0);
  const ECONNABORTED = 103;
  t.is((await hanging).stdout, `open\n${ECONNABORTED}\n`);
  t.is((await namespace.run(['ls', root])).stdout, '', 'the mount is gone');
});

withClient('a killed emulator leaves a dead mount that the next one replaces', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root, process: child } = emulator;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const next = namespace.start([process.execPath, main, 'serve', '--host', 'gpu-b', '--root', root]);
  for await (const line of createInterface({ input: next.stdout })) if (line === 'ready') break;
  t.is((await namespace.run(['ls', `${root}/dev/fwctl`])).stdout, 'fwctl0\nfwctl1\n');
});

served('a request that makes no sense is answered with a sentence', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  t.deepEqual(await emulator.control({ fault: 'remove', device: '0000:ff:00.0' }), {
    ok: false,
    error: 'there is no device 0000:ff:00.0; this host has 0000:03:00.0, 0000:83:00.0',
  });
});

served('a profile that does not exist is an error with a sentence', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const { code, stderr } = await emulator.namespace.run([
    process.execPath,
    main,
    'serve',
    '--host',
    'gpu-z',
    '--root',
    emulator.root,
  ]);
  t.is(code, 1);
  t.regex(stderr, /cannot read host profile "gpu-z"/);
});

function struckFaults(status: Record<string, unknown>): number {
  return (status['faults'] as { struck: number }[]).reduce((sum, { struck }) => sum + struck, 0);
}

/** Waits for a condition that only the other process can make true. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await after(5);
}

served('a signal during the start leaves no mount behind', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const second = namespace.start([process.execPath, main, 'serve', '--host', 'gpu-b', '--root', `${root}-second`]);
  const exited = new Promise((resolve) => second.once('exit', resolve));
  const mounted = async (): Promise<boolean> =>
    (await namespace.run(['cat', '/proc/self/mounts'])).stdout.includes(`${root}-second`);
  await until(mounted);
  second.kill('SIGTERM');
  await exited;
  t.false(await mounted());
});

const withoutCuse = noFuse === undefined && !existsSync('/dev/cuse') ? test.serial : test.skip;
withoutCuse('where the kernel has no CUSE, character devices are refused with what to do', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const { namespace, root } = emulator;
  const main = new URL('../../src/main.ts', import.meta.url).pathname;
  const args = ['serve', '--front-end', 'cuse', '--host', 'gpu-a', '--root', `${root}-second`];
  const { code, stderr } = await namespace.run([process.execPath, main, ...args]);
  t.is(code, 1);
  t.regex(stderr, /opening \/dev\/cuse failed with ENOENT: load the kernel module \(modprobe cuse\)/);
  t.false((await namespace.run(['cat', '/proc/self/mounts'])).stdout.includes(`${root}-second`));
});
