import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCollectorSpool } from '@nicdiag/artifacts';
import { type Item, itemDecoder } from '@nicdiag/mlx5/decode';
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../../src/program.ts';
import { CLI_VERSION } from '../../src/version.ts';
import { testIo } from '../testIo.ts';

/** Of a cluster that nobody reaches. */
const EXAMPLES = new URL('../../../examples', import.meta.url).pathname;
const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'c',
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 't' } }],
});

async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-cli-'));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}

function register(name: string, answer: Uint8Array, status = 0): Item {
  const frame = {
    opcode: 0x805,
    opMod: 1,
    registerId: 0x9020,
    status,
    syndrome: 0,
    errno: 0,
    startedNs: 1n,
    elapsedNs: 2n,
  };
  const outcome = status === 0 ? 'ok' : 'refused';
  return {
    key: name,
    kind: 'register',
    name,
    index: {},
    outcome,
    frames: [{ ...frame, inbox: Buffer.alloc(16), outbox: Buffer.concat([Buffer.alloc(16), answer]) }],
  };
}

/** A raw file with a decodable register, a refused one and one without a layout. */
async function rawFile(t: ExecutionContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  await using spool = await createCollectorSpool(directory, { decoder: itemDecoder });
  await spool.append([
    register('MGIR', Buffer.alloc(160, 0x11)),
    register('PPCNT', Buffer.alloc(256), 3),
    register('NOSUCHREG', Buffer.alloc(8)),
  ]);
  await spool.finish();
  return directory;
}

async function run(...args: string[]) {
  const { io, written } = testIo();
  return { code: await runCli(args, io), ...written };
}

test('decode shows names and values of a raw file, compressed or not, and of a folder', async (t) => {
  const directory = await rawFile(t);
  const plain = await run('decode', join(directory, 'raw.bin'));
  t.is(plain.code, 0);
  t.regex(plain.out, /^# .*raw\.bin\n\nMGIR\n {2}\S/);
  t.regex(plain.out, /\nPPCNT\n {2}refused: BAD_PARAM \(/);
  t.regex(plain.out, /\nNOSUCHREG\n {2}cannot be decoded: /);
  const items = (text: string) => text.slice(text.indexOf('\n'));
  t.is(items((await run('decode', join(directory, 'raw.bin.zst'))).out), items(plain.out));
  t.regex((await run('decode', directory)).out, /^# raw\.bin\n/);
});

test('decode --register shows that register only, and fails when there is none', async (t) => {
  const path = join(await rawFile(t), 'raw.bin');
  const one = await run('decode', path, '--register', 'mgir', '-o', 'json');
  t.is(one.code, 0);
  t.like(JSON.parse(one.out), { name: 'MGIR', outcome: 'ok' });
  const none = await run('decode', path, '--register', 'PMLP');
  t.like(none, { code: 1, out: '' });
  t.regex(none.err, /has no item of PMLP; it has MGIR, PPCNT, NOSUCHREG/);
});

test('decode --failed shows what was refused, also when that is nothing', async (t) => {
  const path = join(await rawFile(t), 'raw.bin');
  const failed = await run('decode', path, '--failed');
  t.is(failed.code, 0);
  t.regex(failed.out, /^# .*raw\.bin\n\nPPCNT\n {2}refused: BAD_PARAM [^\n]*\n\n$/);
  t.like(await run('decode', path, '--failed', '--register', 'MGIR'), {
    code: 0,
    out: '',
    err: 'nothing was refused or failed\n',
  });
});

test('decode says which file it is that ends too early', async (t) => {
  const directory = await rawFile(t);
  const path = join(directory, 'cut.zst');
  const whole = await readFile(join(directory, 'raw.bin.zst'));
  await writeFile(path, whole.subarray(0, whole.length - 20));
  const { code, err } = await run('decode', path);
  t.is(code, 1);
  t.true(err.startsWith(`error: ${path}: `), err);
});

test('a folder is not verified but refused with what verify takes', async (t) => {
  const { code, err } = await run('verify', await rawFile(t));
  t.is(code, 3);
  t.regex(err, /is a folder; verify takes the bundle/);
});

test("help shows a command's own options first, then those of kubectl; no default is a bare list", async (t) => {
  const { out } = await run('capture', '--help');
  t.regex(out, /^Usage: kubectl nicdiag capture \[options\]/);
  const places = ['--filename', '--download', 'Connection, as in kubectl:', '--kubeconfig', 'Exit codes:\n  0 '].map(
    (text) => out.indexOf(text),
  );
  t.deepEqual(
    places.toSorted((a, b) => a - b),
    places,
  );
  t.not(places[0], -1);
  t.notRegex(out, /\[\]\)/);
});

test('the version is that of the package', async (t) => {
  t.like(await run('--version'), { code: 0, out: `nicdiag ${CLI_VERSION}\n` });
});

test('a directory that cannot take a download is refused before a capture is made', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, 'file');
  await writeFile(file, '');
  await writeFile(join(directory, 'kubeconfig'), KUBECONFIG);
  const capture = join(directory, 'capture.yaml');
  await writeFile(capture, JSON.stringify({ apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture' }));
  const connection = ['--kubeconfig', join(directory, 'kubeconfig')];
  const { code, err } = await run('capture', '-f', capture, '--download', file, ...connection);
  t.is(code, 3);
  t.is(err, `error: nothing can be written into ${file}: it is no directory\n`);
});

for (const [title, args, code, message] of [
  ['no command', [], 3, /Usage:/],
  ['an unknown command', ['frobnicate'], 3, /unknown command 'frobnicate'\n\(.* --help says/],
  ['an option before the command', ['-n', 'sre', 'list'], 3, /unknown option '-n'\n\(.*options come after the command/],
  ['an unknown flag', ['list', '--frobnicate'], 3, /unknown option '--frobnicate'/],
  ['nothing to capture', ['capture'], 3, /name a file with -f, or what to collect with --collector/],
  ['a file and flags', ['capture', '-f', 'x.yaml', '--node', 'a'], 3, /-f goes with neither a name nor flags/],
  ['waiting for a dry run', ['capture', '-f', 'x.yaml', '--wait', '--dry-run', 'server'], 3, /of a dry run nothing/],
  ['an unknown dry run', ['capture', '-f', 'x.yaml', '--dry-run', 'yes'], 3, /--dry-run must be one of none, client/],
  ['a folder that is no bundle', ['describe-bundle', EXAMPLES], 1, /it is no bundle/],
  ['an unknown shell', ['completion', 'tcsh'], 3, /there is one for bash, zsh, fish/],
  ['a bad output format', ['list', '-o', 'xml'], 3, /-o must be one of/],
  ['a bad duration', ['capture', '-f', 'x.yaml', '--timeout', 'soon'], 3, /--timeout: /],
  ['groups without a user', ['list', '--as-group', 'sre'], 3, /cannot be impersonated without a user \(--as\)/],
  ['a name and all namespaces', ['list', 'x', '-A'], 3, /neither --all-namespaces nor --selector/],
  ['a file that is not there', ['decode', '/nonexistent'], 3, /cannot read \/nonexistent/],
  ['a bad digest', ['verify', 'x', '--digest', 'abc'], 3, /--digest must be sha256:/],
  [
    'a kubeconfig that is not there',
    ['list', '--kubeconfig', '/nonexistent'],
    3,
    /cannot read the kubeconfig \/nonexistent/,
  ],
  ['help', ['--help'], 0, /^$/],
  ['help of a command', ['download', '--help'], 0, /^$/],
] as const) {
  test(`exit code: ${title}`, async (t) => {
    const result = await run(...args);
    t.is(result.code, code, result.err);
    t.regex(result.err, message);
  });
}

test('a file that is no bundle does not verify', async (t) => {
  const path = join(await temporaryDirectory(t), 'text');
  await writeFile(path, 'hello, this is text');
  const result = await run('verify', path);
  t.like(result, { code: 1, out: '' });
  t.regex(result.err, /not zstd/);
  t.regex((await run('decode', path)).err, /is neither a bundle \(\.tar\.zst\) nor a raw file/);
});
