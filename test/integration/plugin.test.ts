import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Stack, startStack } from '@nicdiag/tools';
import { readNotes } from '@nicdiag/tools/attach-note';
import { buildPlugin } from '@nicdiag/tools/plugin';
import anyTest, { type TestFn } from 'ava';
import { krewInstall } from './plugin/krewInstall.ts';
import { type Ran, type RunOptions, run } from './plugin/kubectl.ts';

/* `make plugin`: what it builds is installed as Krew would, and run by the real kubectl on the real API server; on a host
 * it talks to the emulated devices by the native code that it carries. */
interface Context {
  readonly stack: Stack;
  readonly root: string;
  /** What `make plugin` left. */
  readonly built: string;
  /** A directory for PATH with the plugin as Krew installs it. */
  readonly bin: string;
}

const test = anyTest as TestFn<Context>;
const ARCH = process.arch === 'x64' ? 'amd64' : process.arch;

test.before(async (t) => {
  t.timeout(600_000);
  const root = mkdtempSync(join(tmpdir(), 'nicdiag-plugin-test-'));
  const built = join(root, 'dist');
  const options = { directory: built, version: '0.1.0', releaseUrl: 'https://example.com/v0.1.0', say: t.log };
  const [stack] = await Promise.all([startStack({ hosts: ['gpu-b'] }), buildPlugin(options)]);
  t.context = { stack, root, built, bin: krewInstall(join(built, 'nicdiag.yaml'), built, join(root, 'krew'), ARCH) };
});
test.after.always(async (t) => {
  await t.context.stack?.[Symbol.asyncDispose]();
  if (t.context.root !== undefined) rmSync(t.context.root, { recursive: true, force: true });
});

function kubectl({ stack, bin }: Context, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cluster } = stack;
  return run(cluster.binaries.kubectl, args, { path: bin, kubeconfig: cluster.kubeconfig, ...options });
}

test('the plugin that Krew installed is run by kubectl and reaches the cluster', async (t) => {
  const listed = await kubectl(t.context, ['plugin', 'list', '--name-only']);
  t.regex(listed.stdout, /^kubectl-nicdiag$/m);
  t.is((await kubectl(t.context, ['nicdiag', '--version'])).stdout, 'nicdiag 0.1.0\n');
  const devices = await kubectl(t.context, ['nicdiag', 'devices', '-o', 'name']);
  t.is(devices.code, 0, devices.stderr);
  t.is(devices.stdout.trim().split('\n').length, 2);
});

test('on a host the executable reads devices with the native code it carries, and leaves no file', async (t) => {
  const { root, bin, stack } = t.context;
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  const host = join(root, 'host-bin');
  mkdirSync(host);
  // The same file by another name is the program for a host.
  symlinkSync(join(bin, 'kubectl-nicdiag'), join(host, 'nicdiag'));
  const program = join(host, 'nicdiag');
  const env = { TMPDIR: temporary, XDG_RUNTIME_DIR: undefined };
  t.regex((await run(program, ['--help'], { env })).stdout, /^Usage: nicdiag /);
  const mgir = ['reg', 'MGIR', '-d', '0000:17:00.0', '--host-root', stack.emulator('gpu-b').root, '-o', 'json'];
  const read = await run(program, mgir, { env });
  t.is(read.code, 0, read.stderr);
  t.like(JSON.parse(read.stdout), { name: 'MGIR', outcome: 'ok' });
  t.deepEqual(readdirSync(temporary), []);

  // A /tmp that is mounted noexec is the rule on hardened hosts: another place is found.
  const unusable = await run(program, mgir, { env: { ...env, TMPDIR: '/proc' } });
  t.is(unusable.code, 0, unusable.stderr);
});

test('the script does the same without koffi, except for devices, and says what those need', async (t) => {
  const { built, root, stack } = t.context;
  const script = join(built, 'script/kubectl-nicdiag');
  const node = join(root, 'node-bin');
  mkdirSync(node);
  symlinkSync(process.execPath, join(node, 'node'));
  const { kubeconfig } = stack.cluster;
  const devices = await run(script, ['devices', '-o', 'name'], { path: node, kubeconfig });
  t.is(devices.code, 0, devices.stderr);
  const local = await run(script, ['reg', 'MGIR', '-d', '0000:17:00.0', '--host-root', stack.emulator('gpu-b').root], {
    path: node,
  });
  t.is(local.code, 1);
  t.regex(local.stderr, /need the executable for Linux \(amd64 or arm64\), or the npm package koffi/);
});

test('every file has its checksum, and none knows where it was built', (t) => {
  const { built } = t.context;
  const sums = readFileSync(join(built, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
  t.is(sums.length, 9);
  for (const line of sums) {
    const [sum = '', file = ''] = line.split('  ');
    t.is(
      createHash('sha256')
        .update(readFileSync(join(built, file)))
        .digest('hex'),
      sum,
      file,
    );
  }
  const script = readFileSync(join(built, 'script/kubectl-nicdiag'), 'utf8');
  t.false(script.includes(process.cwd()));
});

test('both executables carry the script and the native code of their platform', (t) => {
  const { built } = t.context;
  const script = readFileSync(join(built, 'script/kubectl-nicdiag')).subarray('#!/usr/bin/env node\n'.length);
  for (const [arch, machine] of [
    ['amd64', 0x3e],
    ['arm64', 0xb7],
  ] as const) {
    const program = readFileSync(join(built, `linux-${arch}/kubectl-nicdiag`));
    t.is(program.readUInt16LE(18), machine, arch);
    const blob = Buffer.from(readNotes(program).get('NODE_SEA_BLOB') ?? []);
    t.true(blob.includes(script), arch);
    const koffi = blob.indexOf(Buffer.from('\x7fELF', 'latin1'));
    t.is(blob.readUInt16LE(koffi + 18), machine, arch);
    t.true(program.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1'));
    t.true(program.length < 115e6, `${arch} has ${program.length} bytes`);
  }
});

test('the npm package has one program under both names', async (t) => {
  const { built, root } = t.context;
  const project = join(root, 'npm');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"p","private":true}');
  const npm = ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', join(built, 'nicdiag-0.1.0.tgz')];
  const installed = await run('npm', npm, { cwd: project });
  t.is(installed.code, 0, installed.stderr);
  t.deepEqual(readdirSync(join(project, 'node_modules/.bin')).sort(), ['kubectl-nicdiag', 'nicdiag']);
  const node = { env: { PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` } };
  t.regex((await run(join(project, 'node_modules/.bin/nicdiag'), ['--help'], node)).stdout, /^Usage: nicdiag /);
  t.regex(
    (await run(join(project, 'node_modules/.bin/kubectl-nicdiag'), ['--help'], node)).stdout,
    /^Usage: kubectl nicdiag /,
  );
});

test('kubectl completes the plugin by what it says: commands, flags, and names out of the cluster', async (t) => {
  const { root, stack, built } = t.context;
  // As the archive has it; kubectl looks for it on PATH.
  const completer = join(root, 'completer');
  mkdirSync(completer);
  symlinkSync(
    join(root, 'krew/store/nicdiag/v0.1.0/kubectl_complete-nicdiag'),
    join(completer, 'kubectl_complete-nicdiag'),
  );
  symlinkSync(stack.cluster.binaries.kubectl, join(completer, 'kubectl'));
  const path = [completer, t.context.bin].join(delimiter);
  const complete = async (...words: string[]): Promise<string> => {
    const asked = await kubectl(t.context, ['__complete', 'nicdiag', ...words], { path });
    t.is(asked.code, 0, asked.stderr);
    return asked.stdout;
  };
  t.regex(await complete('dev'), /^devices\tlist the NICs.*\ndevice\t.*\n:4\n/);
  t.regex(await complete('capture', '--node', ''), /^gpu-b\n:4\n/);
  t.regex(
    await complete('capture', '--node', 'gpu-b', '--device', '0000:9'),
    /^0000:98:00\.0\tgpu-b ConnectX-7 Degraded\n:4\n/,
  );
  t.regex(await complete('list', '-n', 'nicdiag-'), /^nicdiag-agent\nnicdiag-system\n:4\n/);
  t.regex(await complete('capture', '--collector', 'Link'), /^LinkDiagnostics\t.*\n:4\n/);
  t.regex(await complete('decode', join(built, 'x'), '--register', 'PDD'), /^PDDR\n:4\n/);
  t.regex(await complete('verify', ''), /^:0\n/);
});

test('a capture from flags: dry runs create nothing, then the whole way to its bundle', async (t) => {
  const { root, stack } = t.context;
  const flags = ['why-down', '--node', 'gpu-b', '--device', '0000:98:00.0', '--collector', 'LinkDiagnostics'];
  const capture = (...more: string[]) => kubectl(t.context, ['nicdiag', 'capture', ...flags, '-n', 'default', ...more]);

  const draft = await capture('--dry-run', 'client', '-o', 'yaml');
  t.is(draft.code, 0, draft.stderr);
  // What it prints is a file to apply, and the same to the API server as the flags are.
  const file = join(root, 'why-down.yaml');
  writeFileSync(file, draft.stdout);
  const applied = await kubectl(t.context, ['apply', '--dry-run=server', '-o', 'json', '-f', file]);
  t.is(applied.code, 0, applied.stderr);
  const served = await capture('--dry-run', 'server', '-o', 'json');
  t.deepEqual(JSON.parse(served.stdout).spec, JSON.parse(applied.stdout).spec);
  t.is(
    (await capture('--dry-run', 'server')).stdout,
    'diagnosticcapture.nicdiag.dev/why-down created (server dry run)\n',
  );
  t.is((await kubectl(t.context, ['get', 'dcap', 'why-down', '-n', 'default', '--ignore-not-found'])).stdout, '');
  const refused = await capture('--dry-run', 'client', '--impact', 'Harmless');
  t.is(refused.code, 3);
  t.regex(refused.stderr, /ReadOnly, DebugWrite, Intrusive/);

  const done = await capture('--download', root);
  t.is(done.code, 0, done.stderr);
  t.regex(done.stderr, /bundle: .*default-why-down\.tar\.zst/);

  t.regex((await kubectl(t.context, ['nicdiag', 'describe', 'why-down', '-n', 'default'])).stdout, DESCRIBED);
  const bundle = join(root, 'default-why-down.tar.zst');
  const contents = await kubectl(t.context, ['nicdiag', 'describe-bundle', bundle]);
  t.regex(contents.stdout, /^Capture: {2}default\/why-down \(.*\)\nRevision: 1\nNodes: {4}1 \(1 Succeeded\)\n/);
  t.regex(
    contents.stdout,
    /gpu-b 0000:98:00\.0 {2}ConnectX-7, firmware .*\n {2}by (fwctl|mlx5ctl) .*\n {2}link-diagnostics \(LinkDiagnostics\): \d+ items/,
  );
  t.regex(contents.stdout, /raw\.bin .*report\.txt /);
  const json = await kubectl(t.context, ['nicdiag', 'describe-bundle', bundle, '-o', 'json']);
  t.is(JSON.parse(json.stdout).devices.length, 1);
  const report = await kubectl(t.context, ['nicdiag', 'decode', bundle, '--report']);
  t.regex(report.stdout, /Cable is unplugged/);
  t.is((await stack.cluster.tryKubectl(['get', 'dcap', 'why-down', '-n', 'default'])).code, 0);
});

const DESCRIBED =
  /^Name: {8}default\/why-down\n.*State: {7}Succeeded \(AllSucceeded\)\n.*Nodes\n {2}NODE +STATE +REASON +DEVICES +ITEMS +ERRORS +BYTES\n {2}gpu-b +Succeeded +Succeeded +1 +\d+ /s;

test('a capture that did nothing is explained: the reason, what it means, what to check', async (t) => {
  const lonely = [
    'nicdiag',
    'capture',
    'lonely',
    '-n',
    'default',
    '--node',
    'no-such',
    '--collector',
    'Health',
    '--wait',
  ];
  const ended = await kubectl(t.context, lonely);
  t.is(ended.code, 1);
  const described = await kubectl(t.context, ['nicdiag', 'describe', 'lonely', '-n', 'default']);
  t.is(described.code, 0, described.stderr);
  t.regex(described.stdout, /State: +Failed \(\w+\)/);
  t.regex(described.stdout, /What the reasons mean\n {2}\w+\n {4}.+\n {4}Check: /);
});

test('a capture that is cancelled exits with 4', async (t) => {
  const { root } = t.context;
  const draft = await kubectl(t.context, [
    ...['nicdiag', 'capture', 'cancelled', '-n', 'default', '--node', 'gpu-b', '--collector', 'RegisterDump'],
    ...['--dry-run', 'client', '-o', 'json'],
  ]);
  const capture = JSON.parse(draft.stdout) as { readonly spec: object };
  const file = join(root, 'cancelled.json');
  writeFileSync(file, JSON.stringify({ ...capture, spec: { ...capture.spec, cancel: true } }));
  const ended = await kubectl(t.context, ['nicdiag', 'capture', '-f', file, '--wait']);
  t.is(ended.code, 4, ended.stderr);
  t.regex(ended.stderr, /Cancelled/);
});

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  const found = whichShell(shell);
  (found === undefined ? test.skip : test)(`${shell} completes nicdiag by its script`, async (t) => {
    const { root } = t.context;
    const directory = join(root, `in-${shell}`);
    mkdirSync(directory);
    symlinkSync(join(t.context.bin, 'kubectl-nicdiag'), join(directory, 'nicdiag'));
    const asked = await run(found ?? '', SHELL_ASKS[shell], { path: directory, env: { HOME: root } });
    t.is(asked.code, 0, asked.stderr);
    t.regex(asked.stdout, /^--register( |\t|$)/m, asked.stderr);
    t.regex(asked.stdout, /^PDDR$/m);
  });
}

function whichShell(shell: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, shell))
    .find((file) => existsSync(file));
}

/** Each shell asks its own way; zsh's way needs a terminal, so that its script is read and run as far as it goes. */
const SHELL_ASKS = {
  bash: [
    '-c',
    `source <(nicdiag completion bash)
for COMP_LINE in 'nicdiag decode x --reg' 'nicdiag decode x --register=PDD'; do
  COMP_POINT=\${#COMP_LINE}; _nicdiag; printf '%s\\n' "\${COMPREPLY[@]}"
done`,
  ],
  zsh: [
    '-fc',
    `compdef() { :; }; _describe() { print -l -- "\${(@P)2}"; }; compset() { :; }; _files() { :; }
source <(nicdiag completion zsh)
words=(nicdiag decode x --reg); CURRENT=4; _nicdiag | sed 's/:.*//'
words=(nicdiag decode x --register PDD); CURRENT=5; _nicdiag`,
  ],
  fish: [
    '-c',
    `nicdiag completion fish | source
complete -C 'nicdiag decode x --reg'
complete -C 'nicdiag decode x --register PDD'`,
  ],
} as const;
