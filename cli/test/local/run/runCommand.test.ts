import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { extractBundle, parseDeviceManifest, readFileChunks } from '@nicdiag/artifacts';
import type { ExecutionContext } from 'ava';
import type { EmulatedHost } from '../../../../mlx5/test/emulatedHost.ts';
import { hostTest } from '../../../../mlx5/test/hostTest.ts';
import { runCli } from '../../../src/program.ts';
import { testIo } from '../../testIo.ts';

const test = hostTest('gpu-b');

async function temporaryDirectory(t: ExecutionContext<unknown>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-run-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function run(...args: string[]) {
  const { io, written } = testIo();
  return { code: await runCli(args, io), ...written };
}

/** Writes a capture to a file. */
async function captureFile(directory: string, spec: Readonly<Record<string, unknown>>): Promise<string> {
  const file = join(directory, 'capture.json');
  const capture = { apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture', metadata: { name: 'here' }, spec };
  await writeFile(file, JSON.stringify(capture));
  return file;
}

/** Waits until the first fault has struck a command. */
async function untilStruck({ control }: EmulatedHost): Promise<void> {
  const struck = async (): Promise<boolean> => {
    const [fault] = (await control({ status: true }))['faults'] as readonly { readonly struck: number }[];
    return fault !== undefined && fault.struck > 0;
  };
  while (!(await struck())) await delay(5);
}

const target = { nodeNames: ['gpu-b'] };
const caps = { name: 'caps', type: 'CapabilityDump', capabilityDump: {} };
const link = { name: 'link', type: 'RegisterDump', registerDump: { registers: [{ name: 'PAOS' }, { name: 'MGIR' }] } };

test('a capture runs on every device of the host; its bundle verifies and decodes', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = await captureFile(directory, { target, collectors: [link, caps] });
  const output = join(directory, 'out');
  const where = ['--host-root', t.context.host.root, '--node-name', 'gpu-b', '--output', output];
  const ran = await run('run', '-f', file, ...where);
  t.is(ran.code, 0, ran.err);
  const bundle = ran.out.trimEnd();
  t.is(bundle, join(output, 'default-here.tar.zst'));
  t.deepEqual(await readdir(output), ['default-here.tar.zst'], 'nothing else is left there');
  t.regex(ran.err, /ended: Succeeded\n$/);

  const verified = await run('verify', bundle, '-o', 'json');
  t.is(verified.code, 0, verified.err);
  t.like(JSON.parse(verified.out), { problems: [] });
  const decoded = await run('decode', bundle, '--register', 'MGIR', '-o', 'json');
  const sources = decoded.out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly source: string }).source);
  t.deepEqual(sources, ['here/gpu-b/0000:17:00.0/link/raw.bin', 'here/gpu-b/0000:98:00.0/link/raw.bin']);
});

test('a capture that is run again writes a second bundle beside the first', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = await captureFile(directory, { target, collectors: [link] });
  const output = join(directory, 'out');
  const where = ['--host-root', t.context.host.root, '--output', output];
  const first = await run('run', '-f', file, ...where);
  const before = await readFile(first.out.trimEnd());
  const second = await run('run', '-f', file, ...where);
  t.is(second.code, 0, second.err);
  t.is(second.out, `${join(output, 'default-here-2.tar.zst')}\n`);
  t.deepEqual(await readFile(first.out.trimEnd()), before);
  t.is((await run('diff', first.out.trimEnd(), second.out.trimEnd())).code, 0);
  t.deepEqual(await readdir(output), ['default-here-2.tar.zst', 'default-here.tar.zst']);
});

test('a run that is stopped keeps what was read, and says so; before anything is read it leaves nothing', async (t) => {
  const { host } = t.context;
  const directory = await temporaryDirectory(t);
  const slow = {
    name: 'slow',
    type: 'RegisterDump',
    registerDump: { registers: [{ name: 'PMLP' }, { name: 'PTYS' }] },
  };
  const file = await captureFile(directory, { target, collectors: [link, slow] });
  const output = join(directory, 'not', 'yet');
  const where = ['--host-root', host.root, '--node-name', 'gpu-b', '--output', output];
  for (const [register, bundle] of [
    ['PMLP', 'default-here.tar.zst'],
    ['MGIR', undefined],
  ] as const) {
    await host.control({ fault: 'hang', device: '0000:17:00.0', register, times: 1 });
    const { io, written, stop } = testIo();
    const running = runCli(['run', '-f', file, ...where], io);
    await untilStruck(host);
    stop.abort(new Error('stopped by SIGINT'));
    await host.control({ fault: 'clear' });
    t.is(await running, 130, written.err);
    t.regex(written.err, /^stopping once the command under way has come back; another Ctrl-C ends at once/m);
    if (bundle === undefined) {
      t.regex(written.err, /stopped before anything was read: there is no bundle\n$/);
      t.deepEqual(await readdir(directory), ['capture.json']);
      continue;
    }
    t.regex(written.err, /^ended: Cancelled: /m);
    t.is(written.out, `${join(output, bundle)}\n`);
    t.deepEqual(await readdir(output), [bundle]);
    t.is((await run('verify', join(output, bundle))).code, 0);
    t.regex((await run('decode', join(output, bundle), '-o', 'json')).out, /"name":"PAOS"/);
    await rm(join(directory, 'not'), { recursive: true });
  }
});

test('a dry run says what each collector needs and costs, and gives no command; the manifest keeps it', async (t) => {
  const { host } = t.context;
  const directory = await temporaryDirectory(t);
  const file = await captureFile(directory, { target, collectors: [link, caps] });
  const before = host.log().length;
  const dry = await run('run', '-f', file, '--host-root', host.root, '--dry-run', '-o', 'json');
  t.is(dry.code, 0, dry.err);
  t.is(host.log().length, before);
  const costs = dry.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.deepEqual(costs[1], {
    ...{ device: '0000:17:00.0', collector: 'caps', type: 'CapabilityDump', impact: 'ReadOnly', memory: 'none' },
    ...{ scope: 0, commands: 29, bytes: 119712 },
  });
  t.is(costs.length, 4, 'two collectors on two devices');
  const one = await run('cap', '-d', '0000:17:00.0', '--host-root', host.root, '--dry-run');
  t.is(one.code, 0, one.err);
  t.regex(one.out, /^DEVICE .*BYTES\n0000:17:00\.0 +cap +CapabilityDump +ReadOnly +none +0 +≤ 29 +≤ 117 KiB\n$/);
  t.is(host.log().length, before);

  const output = join(directory, 'out');
  const ran = await run('run', '-f', file, '--host-root', host.root, '--node-name', 'gpu-b', '--output', output);
  t.is(ran.code, 0, ran.err);
  await using bundle = await open(ran.out.trimEnd(), 'r');
  const { folder } = await extractBundle(readFileChunks(bundle), join(directory, 'extracted'));
  const manifest = parseDeviceManifest(await readFile(join(folder, 'gpu-b', '0000:17:00.0', 'manifest.json')));
  t.like(manifest.collectors[1], { name: 'caps', spans: [{ estimate: { commands: 29, bytes: 119712 } }] });
});

test('the filter of devices holds here too', async (t) => {
  const directory = await temporaryDirectory(t);
  const where = ['--host-root', t.context.host.root, '--output', directory];
  const some = await captureFile(directory, {
    target: { ...target, devices: { psids: ['MT_0000000838'] } },
    collectors: [caps],
  });
  const one = await run('run', '-f', some, ...where);
  t.is(one.code, 0, one.err);
  t.regex(one.err, /devices +\d/);
  const none = await captureFile(directory, {
    target: { ...target, devices: { interfaces: ['nosuch'] } },
    collectors: [caps],
  });
  const nothing = await run('run', '-f', none, ...where);
  t.like(nothing, { code: 1, out: '' });
  t.regex(nothing.err, /NoDeviceMatches/);
});

test('a card that does not tell its PSID passes no filter on one, and is named', async (t) => {
  const { host } = t.context;
  const directory = await temporaryDirectory(t);
  const where = ['--host-root', host.root, '--output', directory];
  const filtered = (devices: object) => captureFile(directory, { target: { ...target, devices }, collectors: [caps] });
  await host.control({ fault: 'internalError', device: '0000:17:00.0' });
  try {
    const both = await run('run', '-f', await filtered({ psids: ['MT_0000000838'] }), ...where);
    t.is(both.code, 0, both.err);
    t.regex(both.err, /devices +1$/m);
    const silent = { psids: ['MT_0000000838'], pciAddresses: ['0000:17:00.0'] };
    const one = await run('run', '-f', await filtered(silent), ...where);
    t.is(one.code, 1);
    t.regex(
      one.err,
      /NoDeviceMatches: .* 0000:17:00\.0 \(ConnectX-7\): its firmware does not tell which PSID it has$/m,
    );
    const dry = await run('run', '-f', await filtered(silent), ...where, '--dry-run');
    t.is(dry.code, 0);
    t.regex(dry.out, /^0000:17:00\.0 /m);
    t.regex(dry.err, /which PSID a card has only firmware tells/);
  } finally {
    await host.control({ fault: 'clear' });
  }
});

test('what firmware refuses is in the bundle: Partial, exit code 2', async (t) => {
  const { host } = t.context;
  const directory = await temporaryDirectory(t);
  const file = await captureFile(directory, { target, collectors: [link] });
  await host.control({ fault: 'refuse', device: '0000:17:00.0', register: 'PAOS', status: 3, times: 1 });
  const ran = await run('run', '-f', file, '--host-root', host.root, '--output', directory);
  await host.control({ fault: 'clear' });
  t.is(ran.code, 2, ran.err);
  t.regex(ran.err, /ended: Partial, reason ItemErrors: 0000:17:00\.0: ItemErrors/);
  t.regex(ran.err, /^ {2}0000:17:00\.0 link: ItemErrors, 1 of its \d+ items/m);
  const decoded = await run('decode', ran.out.trimEnd(), '--register', 'PAOS');
  t.regex(decoded.out, /refused: BAD_PARAM/);
});

test('a capture that the cluster would refuse runs no command', async (t) => {
  const { host } = t.context;
  await host.untilIdle();
  const directory = await temporaryDirectory(t);
  const file = await captureFile(directory, { target, collectors: [{ name: 'x', type: 'Nosuch' }] });
  const before = host.log().length;
  const ran = await run('run', '-f', file, '--host-root', host.root, '--output', directory);
  t.is(ran.code, 3);
  t.regex(ran.err, /capture\.json is refused:\n {2}spec\.collectors\[0\]\.type/);
  t.is(host.log().length, before);
});
