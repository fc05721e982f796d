import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decompress, extractBundle, type ItemLine, readFileChunks, readTar } from '@nicdiag/artifacts';
import test from 'ava';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

/* A bundle as this format was when it was made (capture.yaml says from what). It is never made anew: whatever becomes of the
 * program, it reads these bytes. A new format gets a bundle of its own beside it. */
const BUNDLE = fileURLToPath(new URL('format-1.tar.zst', import.meta.url));
const DIGEST = 'sha256:60214af9cf8e01dd1ed981895a32ad6593de1db6ff710dbcc463df6ef68f3d38';
const DEVICE = 'golden/gpu-a/0000:03:00.0';

interface DecodedLine {
  readonly source: string;
  readonly key: string;
  readonly outcome: string;
  readonly startedAt?: string;
  readonly startedNs?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly unknown?: Readonly<Record<string, string>>;
  readonly error?: { readonly name: string; readonly syndrome?: string };
}

async function run(...args: string[]) {
  const { io, written } = testIo();
  return { code: await runCli(args, io), ...written };
}

async function decoded(path: string): Promise<readonly DecodedLine[]> {
  const { code, out, err } = await run('decode', path, '-o', 'json');
  if (code !== 0) throw new Error(err);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DecodedLine);
}

test('it verifies by the digest that it was sealed with', async (t) => {
  const { code, out, err } = await run('verify', BUNDLE, '--digest', DIGEST, '-o', 'json');
  t.is(code, 0, err);
  t.like(JSON.parse(out), { problems: [], blobs: 46 });
});

test('every item is there and decodes, each as it was listed when it was made', async (t) => {
  const listed: string[] = [];
  await using file = await open(BUNDLE, 'r');
  for await (const { path, body } of readTar(decompress(readFileChunks(file)))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    if (!path.endsWith('/items.ndjson')) continue;
    for (const line of Buffer.concat(chunks).toString().trimEnd().split('\n')) {
      const { key, outcome, startedNs, startedAt } = JSON.parse(line) as ItemLine;
      listed.push([path.replace('items.ndjson', 'raw.bin'), key, outcome, startedNs, startedAt].join(' '));
    }
  }
  const items = await decoded(BUNDLE);
  t.deepEqual(
    items.map(({ source, key, outcome, startedNs, startedAt }) =>
      [source, key, outcome, startedNs, startedAt].join(' '),
    ),
    listed,
  );
  t.is(listed.length, 294);
  t.deepEqual(
    items.filter(({ error }) => error?.name === 'NotDecoded').map(({ key }) => key),
    [],
  );
});

test('what it says is what it said', async (t) => {
  const items = await decoded(BUNDLE);
  const item = (collector: string, key: string): DecodedLine => {
    const found = items.find((each) => each.source === `${DEVICE}/${collector}/raw.bin` && each.key === key);
    if (found === undefined) throw new Error(`no ${key}`);
    return found;
  };
  t.like(item('regs', 'MGIR').fields, { hw_info: { device_id: 0x1021 }, fw_info: { major: 28, minor: 42 } });
  t.like(item('regs', 'PAOS{local_port=1}'), { fields: { oper_status: 1 }, texts: { oper_status: 'up' } });
  t.like(item('regs', 'PMPE{module=0}'), {
    outcome: 'refused',
    error: { name: 'BAD_SYS_STATE', syndrome: '0x009e3217' },
  });
  t.is(item('regs', '0x90f3{local_port=1}').unknown?.['0x2c'], '0xc0de012c');
  t.like(item('objects', 'QP{qpn=0x1048}').fields, { qpc: { state: 3 } });
  t.like(item('resources', 'FULL_QPC{index1=0x1048,window=0}').fields, {
    segments: [{ segment_type: 0xfffe, fw_version: 472515560 }, { segment_called: 0x1000 }],
  });
});

test('its pages are made anew from the raw bytes', async (t) => {
  const { code, out, err } = await run('decode', BUNDLE, '--report');
  t.is(code, 0, err);
  for (const page of ['LinkDiagnostics', 'FirmwareInfo', 'NvConfig', 'HostState', 'Health']) {
    t.regex(out, new RegExp(`\\n${page}\\n=+\\n`));
  }
  t.regex(out, /\nPSID +: MT_0000000838\n/);
});

test('each of its raw files is read alone, out of its folder; nothing differs between the bundle and the folder', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-golden-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const folder = join(directory, 'extracted');
  await using file = await open(BUNDLE, 'r');
  await extractBundle(readFileChunks(file), folder, { expectedDigest: DIGEST });
  const raw = join(folder, DEVICE, 'regs', 'raw.bin');
  t.deepEqual((await decoded(raw)).map(({ key }) => key).slice(0, 2), ['MGIR', 'GENERAL{current=1}']);
  const same = await run('diff', BUNDLE, folder, '--exit-code');
  t.like(same, { code: 0, err: 'nothing differs\n' });
  t.like(await run('diff', raw, raw, '--exit-code'), { code: 0, err: 'nothing differs\n' });
});
