import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '@nicdiag/mlx5/decode';
import test from 'ava';
import { readFileChunks } from '../../src/readFileChunks.ts';
import { type CollectorSpool, createCollectorSpool, type FinishedCollector } from '../../src/spool/collectorSpool.ts';
import { SpoolError } from '../../src/spool/spoolError.ts';
import { decompress } from '../../src/zstd/decompress.ts';
import { failedItem, refusedItem, registerItem } from '../arbitraryItem.ts';
import { plainDecoder } from '../plainDecoder.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const options = { decoder: plainDecoder };
const APPENDER = new URL('appendUntilStopped.ts', import.meta.url).pathname;

async function contentOf(finished: FinishedCollector, name: string): Promise<Buffer> {
  const blob = finished.blobs.find((candidate) => candidate.name === name);
  if (blob === undefined) throw new Error(`no ${name}`);
  await using file = await open(blob.path, 'r');
  const chunks: Buffer[] = [];
  for await (const chunk of decompress(readFileChunks(file), { singleFrame: true })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('a finished collector has raw bytes, one line an item, decoded JSON and text, each with its digest', async (t) => {
  await using spool = await createCollectorSpool(await temporaryDirectory(t), options);
  await spool.append([registerItem('MGIR', Buffer.from([1, 2])), refusedItem('PPCNT', 3, 0x6231f0)]);
  await spool.append([failedItem('PDDR', 19), registerItem('UNKN')]);
  const finished = await spool.finish();
  t.deepEqual(
    finished.blobs.map((blob) => blob.name),
    ['raw.bin', 'items.ndjson', 'decoded.json', 'text.txt'],
  );
  for (const blob of finished.blobs) {
    const content = await contentOf(finished, blob.name);
    t.is(`sha256:${createHash('sha256').update(content).digest('hex')}`, blob.digest);
    t.is(content.byteLength, blob.size);
    t.is((await readFile(blob.path)).byteLength, blob.storedSize);
  }
  t.is(finished.items, 4);
  t.is(finished.itemErrors, 2);
  t.deepEqual(finished.failures, [
    { key: 'PPCNT{local_port=1}', outcome: 'refused', status: 'BAD_PARAM', syndrome: '0x006231f0' },
    { key: 'PDDR{local_port=1}', outcome: 'failed', errno: 'ENODEV' },
  ]);
  const lines = (await contentOf(finished, 'items.ndjson')).toString().trimEnd().split('\n');
  const { startedAt, ...line } = JSON.parse(lines[0]!) as { readonly startedAt: string };
  // The item says 1000 s since the machine was started.
  const uptimeMs = Number(process.hrtime.bigint() / 1_000_000n);
  t.true(Math.abs(Date.parse(startedAt) - (Date.now() - uptimeMs + 1_000_000)) < 60_000, startedAt);
  t.deepEqual(line, {
    key: 'MGIR{local_port=1}',
    name: 'MGIR',
    kind: 'register',
    index: { local_port: 1 },
    outcome: 'ok',
    status: 'OK',
    startedNs: '1000000000000',
    elapsedNs: '2500',
    frames: 1,
    offset: 16,
    length: 64 + 67 + 16 + 2 + 4,
  });
  t.like(JSON.parse(lines[1]!), { outcome: 'refused', status: 'BAD_PARAM', syndrome: '0x006231f0' });
  t.deepEqual(JSON.parse((await contentOf(finished, 'decoded.json')).toString()), {
    layoutVersion: 'test-1',
    items: [
      { key: 'MGIR{local_port=1}', hex: '0102' },
      { key: 'PPCNT{local_port=1}', hex: '07'.repeat(32) },
      { key: 'PDDR{local_port=1}', hex: '' },
      {
        ...{ key: 'UNKN{local_port=1}', name: 'UNKN', kind: 'register', index: { local_port: 1 }, outcome: 'ok' },
        error: { name: 'NotDecoded', text: 'no layout for UNKN' },
      },
    ],
  });
  const text = (await contentOf(finished, 'text.txt')).toString();
  t.true(text.startsWith('MGIR{local_port=1}\n  hex 0102\n\nPPCNT{local_port=1}\n  hex 07'));
  t.true(text.endsWith('UNKN{local_port=1}\n  not decoded: no layout for UNKN\n\n'));
});

test('a collector whose type has a report has it in the bundle, as JSON and as text, however long its raw file', async (t) => {
  const reporting = {
    ...options.decoder,
    reportMaker: (type: string) =>
      type !== 'LinkDiagnostics'
        ? undefined
        : async (items: AsyncIterable<Item>) => {
            const keys: string[] = [];
            for await (const { key } of items) keys.push(key);
            return { json: JSON.stringify(keys), text: `${keys.length} items\n` };
          },
  };
  const names = async (collectorType: string) => {
    const directory = await temporaryDirectory(t);
    await using spool = await createCollectorSpool(directory, { decoder: reporting, collectorType, decodeLimit: 1 });
    await spool.append([registerItem('MGIR'), failedItem('PDDR', 19)]);
    const finished = await spool.finish();
    t.deepEqual(await spool.finish(), finished);
    return finished;
  };
  const finished = await names('LinkDiagnostics');
  t.deepEqual(
    finished.blobs.map(({ name, mediaType }) => [name, mediaType]),
    [
      ['raw.bin', 'application/vnd.nicdiag.raw'],
      ['items.ndjson', 'application/x-ndjson'],
      ['report.json', 'application/json'],
      ['report.txt', 'text/plain'],
    ],
  );
  t.is((await contentOf(finished, 'report.json')).toString(), '["MGIR{local_port=1}","PDDR{local_port=1}"]');
  t.is((await contentOf(finished, 'report.txt')).toString(), '2 items\n');
  t.deepEqual(
    (await names('RegisterDump')).blobs.map(({ name }) => name),
    ['raw.bin', 'items.ndjson'],
  );
});

test('an empty collector has files too, and finishing twice gives the same ones', async (t) => {
  await using spool = await createCollectorSpool(await temporaryDirectory(t), options);
  const first = await spool.finish();
  t.is(first.items, 0);
  t.deepEqual(await spool.finish(), first);
  t.deepEqual(JSON.parse((await contentOf(first, 'decoded.json')).toString()), { layoutVersion: 'test-1', items: [] });
});

test('a spool that is opened again goes on behind its last whole item and ends with the same files', async (t) => {
  const items = ['MGIR', 'PPCNT', 'PDDR', 'MTMP'].map((name) => registerItem(name));
  await using once = await createCollectorSpool(await temporaryDirectory(t), {
    ...options,
    wallClock: () => () => 1_790_000_000_000_000,
  });
  await once.append(items);
  const expected = await once.finish();

  const directory = await temporaryDirectory(t);
  {
    await using first = await createCollectorSpool(directory, {
      ...options,
      wallClock: () => () => 1_790_000_000_000_000,
    });
    await first.append(items.slice(0, 2));
  }
  await appendFile(join(directory, 'raw.bin'), 'the beginning of a frame that was never ended');
  await using second = await createCollectorSpool(directory, {
    ...options,
    wallClock: () => () => 1_790_000_000_000_000,
  });
  t.deepEqual(second.recovered, items.slice(0, 2));
  await second.append(items.slice(2));
  const finished = await second.finish();
  t.deepEqual(
    finished.blobs.map(({ digest }) => digest),
    expected.blobs.map(({ digest }) => digest),
  );
});

test('SIGKILL right after append resolved loses no item', async (t) => {
  const directory = await temporaryDirectory(t);
  const child = spawn(process.execPath, [APPENDER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    acknowledged += text.split('\n').length - 1;
    if (acknowledged >= 50) child.kill('SIGKILL');
  });
  await once(child, 'close');
  t.true(acknowledged >= 50);
  await using spool = await createCollectorSpool(directory, options);
  t.true(spool.recovered.length >= acknowledged);
  t.deepEqual(spool.recovered[49], registerItem('R49'));
});

test('above the limit a collector is shipped raw only', async (t) => {
  await using spool = await createCollectorSpool(await temporaryDirectory(t), { ...options, decodeLimit: 1000 });
  await spool.append([registerItem('MGIR', Buffer.alloc(2000))]);
  t.deepEqual(
    (await spool.finish()).blobs.map((blob) => blob.name),
    ['raw.bin', 'items.ndjson'],
  );
});

test('batches that arrive together are written in order', async (t) => {
  await using spool = await createCollectorSpool(await temporaryDirectory(t), options);
  const names = Array.from({ length: 1500 }, (_, index) => `R${index}`);
  await Promise.all([
    spool.append(names.slice(0, 1200).map((name) => registerItem(name))),
    spool.append(names.slice(1200).map((name) => registerItem(name))),
  ]);
  const lines = (await contentOf(await spool.finish(), 'items.ndjson')).toString().trimEnd().split('\n');
  t.deepEqual(
    lines.map((line) => (JSON.parse(line) as { name: string }).name),
    names,
  );
});

test('a full file system is SpoolFull, and what was flushed stays', async (t) => {
  const directory = await temporaryDirectory(t);
  // A limit on the file's size gives EFBIG in the middle of a batch, as ENOSPC would. Node ignores SIGXFSZ.
  const child = spawn('sh', ['-c', 'ulimit -f 32; exec "$@"', 'sh', process.execPath, APPENDER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = (await Array.fromAsync(child.stdout.setEncoding('utf8'))).join('').trimEnd().split('\n');
  t.is(lines.at(-1), 'SpoolFull');
  const { size } = await stat(join(directory, 'raw.bin'));
  await using spool = await createCollectorSpool(directory, options);
  t.is(spool.recovered.length, lines.length - 1);
  t.is(spool.rawLength, size, 'the failed batch was cut off by the writer itself');
});

test('a directory that cannot be made is said', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'file'), '');
  const error = await t.throwsAsync(createCollectorSpool(join(directory, 'file', 'regs'), options), {
    instanceOf: SpoolError,
  });
  t.is(error?.code, 'SpoolFailed');
  t.regex(error?.message ?? '', /^cannot make .*file\/regs: ENOTDIR/);
});

test('only whole files appear under their names', async (t) => {
  const directory = await temporaryDirectory(t);
  await using spool: CollectorSpool = await createCollectorSpool(directory, options);
  await spool.append([registerItem('MGIR')]);
  await spool.finish();
  t.deepEqual((await readdir(directory)).sort(), [
    'decoded.json.zst',
    'items.ndjson.zst',
    'raw.bin',
    'raw.bin.zst',
    'text.txt.zst',
  ]);
});
