import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from '../../../mlx5/test/emulatedHost.ts';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

const NAMES = ['lab-a', 'dpu-a', 'cloud-a', 'cloud-b'] as const;
type Hosts = Record<(typeof NAMES)[number], EmulatedHost>;
const suite = anyTest as TestFn<Hosts>;
const reason = whyNoEmulator();
const test = reason === undefined ? suite.serial : suite.serial.skip;
if (reason !== undefined) suite(`emulated hosts are skipped: ${reason}`, (t) => t.pass());
else {
  suite.before(async (t) => {
    const hosts = await Promise.all(NAMES.map(async (name) => [name, await emulatedHost(name)] as const));
    t.context = Object.fromEntries(hosts) as Hosts;
  });
  suite.after.always((t) => Promise.all(Object.values(t.context ?? {}).map((host) => host.stop())));
}

async function run(host: EmulatedHost, ...args: string[]) {
  const { io, written } = testIo();
  const code = await runCli([...args, '--host-root', host.root], io);
  return { code, ...written };
}

test('cards in flash recovery are listed with the reason, and named when they are asked', async (t) => {
  const host = t.context['lab-a'];
  const { code, out, err } = await run(host, 'device', 'list');
  t.is(code, 0);
  t.regex(out, /0000:03:00\.0 +ConnectX-7 +PF .* FlashRecovery /);
  t.regex(out, /0000:17:00\.0 +BlueField-2 +PF \(host\) .* FlashRecovery /);
  t.regex(err, /0000:17:00\.0 \(BlueField-2\): no firmware runs on it: .*PCI id 0x0214/);
  const asked = await run(host, 'link', '-d', '03:00.0');
  t.is(asked.code, 1);
  t.regex(asked.err, /0000:03:00\.0 \(ConnectX-7\): no firmware runs on it/);
  t.is((await run(host, 'fwinfo')).code, 0, 'the only one that can be asked needs no name');
  const kernel = await run(host, 'host', '-d', '03:00.0');
  t.is(kernel.code, 0, kernel.err);
  t.regex(kernel.out, /^HostState\n(.*\n)*0000:03:00\.0 +: .*PCIe/, 'the kernel knows of it all the same');
  t.is((await run(host, 'host', '-d', '03:00.0', '--dry-run')).code, 0);
  t.regex((await run(host, 'host')).out, /0000:83:00\.0 correctable/, 'one that can be asked goes before');
  t.regex((await run(host, 'host', '-d', 'nosuch')).err, /no device is called nosuch; there are:\n.*83:00\.0.*\n$/);
});

test('a capture of nothing but a card in flash recovery names it with the reason', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-recovery-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'capture.json');
  const target = { nodeNames: ['here'], devices: { pciAddresses: ['0000:03:00.0'] } };
  const spec = { target, collectors: [{ name: 'fw', type: 'FirmwareInfo' }] };
  const head = { apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture', metadata: { name: 'recovery' } };
  await writeFile(file, JSON.stringify({ ...head, spec }));
  const { code, err } = await run(t.context['lab-a'], 'run', '-f', file, '--output', directory);
  t.is(code, 1, err);
  t.regex(err, /NoDeviceMatches: .*0000:03:00\.0 \(ConnectX-7\): FlashRecovery, no firmware runs on it/);

  // Its cards without drivers, so without any debug channel: each with its reason.
  const closed = join(directory, 'closed');
  const devices = 'sys/bus/pci/devices';
  for (const address of ['0000:03:00.0', '0000:83:00.0']) {
    await mkdir(join(closed, devices, address), { recursive: true });
    for (const file of ['vendor', 'device']) {
      const content = await readFile(join(t.context['lab-a'].root, devices, address, file));
      await writeFile(join(closed, devices, address, file), content);
    }
  }
  const { io, written } = testIo();
  t.is(await runCli(['run', '-f', file, '--output', directory, '--host-root', closed], io), 1);
  t.regex(
    written.err,
    /^error: this host has no device with a debug channel\n(.*\n)* {2}0000:03:00\.0 \(ConnectX-7\): FlashRecovery, no firmware/,
  );
  t.regex(written.err, /^ {2}0000:83:00\.0 \(\S+\): NoDriver, /m);
});

test('VFs without a channel of their own are counted, since they are not in the list', async (t) => {
  const { out, err } = await run(t.context['cloud-a'], 'device', 'list');
  t.regex(out, /^0000:17:00\.2 +ConnectX-6 Dx +VF /m);
  t.notRegex(out, /0000:17:00\.3/);
  t.is(err, '0000:17:00.0: 1 of its 2 VFs has no debug channel here and is not listed: 0000:17:00.3\n');
  const asked = await run(t.context['cloud-a'], 'info', '-d', '17:00.3');
  t.is(asked.code, 1);
  t.regex(asked.err, /0000:17:00\.3 is a VF of 0000:17:00\.0 without a debug channel/);
  t.is((await run(t.context['cloud-b'], 'device', 'list')).err, '');
});

test('the sides of a DPU are told apart, and a subfunction stands for its PF', async (t) => {
  t.regex((await run(t.context['dpu-a'], 'device')).out, /0000:03:00\.0 +BlueField-3 +PF \(Arm\) /);
  t.regex((await run(t.context['cloud-b'], 'device')).out, /0000:3b:00\.0 +BlueField-2 +PF \(host\) /);
  const info = await run(t.context['dpu-a'], 'info', '-d', 'enp3s0f0s0', '-o', 'json');
  t.is(info.code, 0, info.err);
  t.like(JSON.parse(info.out), {
    pciAddress: '0000:03:00.0',
    side: 'Arm cores of the DPU (ECPF)',
    interfaces: ['p0'],
    subfunctions: ['mlx5_core.sf.2 (sfnum 0)'],
  });
});
