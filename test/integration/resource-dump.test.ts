import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecodedItem } from '@nicdiag/mlx5/decode';
import anyTest, { type TestFn } from 'ava';
import { itemsOf } from './whole/readBundle.ts';
import { startWhole, type WholeBench } from './whole/wholeBench.ts';

/** Object and resource dumps through all of nicdiag: more raw bytes than are decoded on a node. */
const test = anyTest as TestFn<{ readonly bench: WholeBench; readonly directory: string }>;
const HOST = 'gpu-a';
const CX7 = '0000:03:00.0';
const MIB = 1024 * 1024;
const STEERING_MIB = 4;
/** Bytes of one steering entry in a dump. */
const ENTRY = 64;
const QUEUE_PAIRS = 100;

test.before(async (t) => {
  t.timeout(600_000);
  t.context = {
    bench: await startWhole({ hosts: [HOST] }),
    directory: mkdtempSync(join(tmpdir(), 'nicdiag-dumps-')),
  };
});
test.after.always(async (t) => {
  await t.context.bench?.[Symbol.asyncDispose]();
  if (t.context.directory !== undefined) rmSync(t.context.directory, { recursive: true });
});

test.serial('objects and a large dump, inline and into memory, come whole through an agent', async (t) => {
  t.timeout(600_000);
  const { bench } = t.context;
  const populate = { steeringEntries: (STEERING_MIB * MIB) / ENTRY, queuePairs: QUEUE_PAIRS, countedContexts: true };
  await bench.stack.emulator(HOST).control({ populate, device: CX7 });
  const since = bench.mark();
  const steering = (mode: 'Inline' | 'Memory') => ({
    segments: [{ name: 'STE_ALL' }],
    ...{ mode, followReferences: 0, maxBytesPerDump: '64Mi' },
  });
  await bench.capture('dumps', {
    target: { nodeNames: [HOST], devices: { pciAddresses: [CX7] } },
    collectors: [
      { name: 'objs', type: 'ObjectDump', objectDump: { objects: [{ type: 'QP', ids: 'all', limit: 4096 }] } },
      { name: 'inline', type: 'ResourceDump', resourceDump: steering('Inline') },
      { name: 'memory', type: 'ResourceDump', resourceDump: steering('Memory') },
    ],
  });
  const { status } = await bench.finished('dumps');
  t.is(status?.counts?.succeeded, 1);
  t.deepEqual(
    bench.commands(HOST, since).filter(({ mutation }) => mutation !== undefined),
    [],
  );

  const files = await bench.bundle('dumps');
  const folder = `${HOST}/${CX7}`;
  const objects = await itemsOf(files, `${folder}/objs`);
  t.true(objects.filter(({ name }) => name === 'QP').length >= QUEUE_PAIRS);
  t.true(files.has(`${folder}/objs/decoded.json`));
  t.false(files.has(`${folder}/inline/decoded.json`), 'beyond 4 MiB it is decoded when somebody looks');
  const inline = await itemsOf(files, `${folder}/inline`);
  const memory = await itemsOf(files, `${folder}/memory`);
  t.true(inline.length > 100);
  t.deepEqual(
    memory.map(({ key, index }) => [key, index['bytes']]),
    inline.map(({ key, index }) => [key, index['bytes']]),
  );
});

test.serial('kubectl nicdiag decode shows of a large dump what its segments have', async (t) => {
  t.timeout(600_000);
  const { bench, directory } = t.context;
  const downloaded = await bench.nicdiag('download', 'dumps', '-o', directory);
  t.is(downloaded.code, 0, downloaded.stderr);
  const [name = ''] = readdirSync(directory);
  const bundle = join(directory, name);
  const { code, stdout, stderr } = await bench.nicdiag('decode', bundle, '--register', 'MENU', '-o', 'json');
  t.is(code, 0, stderr);
  const menus = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DecodedItem);
  t.is(menus.length, 3);
  for (const { texts, error } of menus) {
    t.is(error, undefined);
    t.is(texts['segments[2].record[6].segment_name'], 'FULL_QPC');
  }
});
