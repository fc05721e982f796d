import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCollectorSpool, DEVICE_MANIFEST_SCHEMA, deviceManifestBytes } from '@nicdiag/artifacts';
import { type Item, itemDecoder } from '@nicdiag/mlx5/decode';
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

/** PAOS of a port that is up: local_port, admin_status and oper_status 1. */
const PAOS: Item = {
  key: 'PAOS{local_port=1}',
  kind: 'register',
  name: 'PAOS',
  index: { local_port: 1 },
  outcome: 'ok',
  frames: [
    {
      opcode: 0x805,
      opMod: 1,
      registerId: 0x5006,
      status: 0,
      syndrome: 0,
      errno: 0,
      startedNs: 1n,
      elapsedNs: 2n,
      inbox: Buffer.alloc(32),
      outbox: Buffer.concat([Buffer.alloc(16), Buffer.from('00010101000400500000000000000000', 'hex')]),
    },
  ],
};

async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-report-'));
  t.teardown(() => rm(directory, { recursive: true }));
  return directory;
}

/** The folder of a device as in an extracted bundle: a manifest, and a collector of each name and type. */
async function deviceFolder(t: ExecutionContext, types: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryDirectory(t);
  const collectors = Object.entries(types).map(([name, type]) => ({
    name,
    type,
    impact: 'ReadOnly',
    state: 'Succeeded' as const,
    items: 1,
    itemErrors: 0,
    failures: [],
    spans: [],
    blobs: [],
  }));
  for (const [name, collectorType] of Object.entries(types)) {
    await mkdir(join(folder, name));
    await using spool = await createCollectorSpool(join(folder, name), { decoder: itemDecoder, collectorType });
    await spool.append([PAOS]);
    await spool.finish();
  }
  const manifest = deviceManifestBytes({
    schemaVersion: DEVICE_MANIFEST_SCHEMA,
    capture: { namespace: 'default', name: 'links', uid: '0a1b2c' },
    node: 'gpu-a',
    device: { pciAddress: '0000:03:00.0', model: 'ConnectX-7', deviceId: '0x1021', function: 'PF' },
    agentVersion: '0.0.0',
    layoutVersion: itemDecoder.layoutVersion,
    state: 'Succeeded',
    collectors,
  });
  await writeFile(join(folder, 'manifest.json'), manifest);
  return folder;
}

async function run(...args: string[]) {
  const { io, written } = testIo();
  return { code: await runCli(args, io), ...written };
}

test('decode --report shows the page of each collector that has one, by the type in the manifest', async (t) => {
  const folder = await deviceFolder(t, { caps: 'ObjectDump', link: 'LinkDiagnostics' });
  const text = await run('decode', folder, '--report');
  t.is(text.code, 0, text.err);
  t.true(
    text.out.startsWith('# link/raw.bin\n\nLinkDiagnostics\n===============\nNothing needs attention.\n'),
    text.out,
  );
  t.regex(text.out, /Port 1: state\n-+\nLink +: up\n/);
  t.false(text.out.includes('caps'));
  const json = await run('decode', folder, '--report', '-o', 'json');
  t.like(JSON.parse(json.out), { source: 'link/raw.bin', type: 'LinkDiagnostics' });
  const compressed = await run('decode', join(folder, 'link', 'raw.bin.zst'), '--report');
  t.regex(compressed.out, /Port 1: state/);
});

test('a raw file without its manifest needs the type', async (t) => {
  const folder = await temporaryDirectory(t);
  await using spool = await createCollectorSpool(folder, { decoder: itemDecoder });
  await spool.append([PAOS]);
  const path = join(folder, 'raw.bin');
  const nameless = await run('decode', path, '--report');
  t.like(nameless, { code: 3, out: '' });
  t.regex(nameless.err, /no manifest says which collector .*--type, e\.g\. LinkDiagnostics/);
  const named = await run('decode', path, '--report', '--type', 'LinkDiagnostics');
  t.is(named.code, 0, named.err);
  t.regex(named.out, /Link +: up/);
});

test('a manifest that is none does not keep a raw file from being decoded', async (t) => {
  const folder = await deviceFolder(t, { link: 'LinkDiagnostics' });
  await writeFile(join(folder, 'manifest.json'), 'hello');
  t.is((await run('decode', folder)).code, 0);
  t.is((await run('decode', folder, '--report')).code, 3);
});

for (const [title, args, code, message] of [
  [
    'a type that does not exist',
    ['--report', '--type', 'Frobnicate'],
    3,
    /--type Frobnicate: there is no such collector/,
  ],
  ['a type without a page', ['--report', '--type', 'RegisterDump'], 3, /or it has no report/],
  ['a type without --report', ['--type', 'LinkDiagnostics'], 3, /--type is for --report/],
  [
    'registers of a report',
    ['--report', '--register', 'PAOS'],
    3,
    /--report goes with neither --register nor --failed/,
  ],
  ['nothing that has a page', ['--report'], 1, /no collector in .* has a report/],
] as const) {
  test(`decode --report: ${title}`, async (t) => {
    const folder = await deviceFolder(t, { caps: 'ObjectDump' });
    const result = await run('decode', folder, ...args);
    t.is(result.code, code, result.err);
    t.regex(result.err, message);
  });
}
