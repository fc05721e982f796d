import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '@nicdiag/mlx5/decode';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import { encodeItem, wallClock } from '../../src/raw/encodeItem.ts';
import { encodeFileHeader, FILE_HEADER_LENGTH, RawFormatError } from '../../src/raw/frameHeader.ts';
import { readItems } from '../../src/raw/readItems.ts';
import { recoverRawFile } from '../../src/raw/recoverRawFile.ts';
import { arbitraryItem, registerItem } from '../arbitraryItem.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

function rawFile(items: readonly Item[]): Buffer {
  return Buffer.concat([encodeFileHeader(), ...items.flatMap((item, at) => encodeItem(item, at))]);
}

async function* inChunks(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { item } of readItems(source)) items.push(item);
  return items;
}

/** Item boundaries: the end of the header and of every item. */
function boundaries(items: readonly Item[]): number[] {
  const ends = [FILE_HEADER_LENGTH];
  for (const [index, item] of items.entries()) {
    ends.push((ends.at(-1) ?? 0) + Buffer.concat(encodeItem(item, index)).byteLength);
  }
  return ends;
}

test('items come back as they were written, however the file is cut into chunks', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryItem, { maxLength: 5 }),
      fc.integer({ min: 1, max: 200 }),
      async (items, length) => {
        t.deepEqual(await collect(inChunks(rawFile(items), length)), items);
      },
    ),
    fuzzing(60),
  );
});

test('of a long file the first items are recovered whole, of the others as much as it takes to go on', async (t) => {
  const path = join(await temporaryDirectory(t), 'raw.bin');
  const short = registerItem('MGIR');
  const frame = { ...short.frames[0]!, outbox: Buffer.alloc(1024 * 1024, 7) };
  const long: Item = { ...short, frames: [short.frames[0]!, frame] };
  const items = [short, ...Array.from({ length: 20 }, (_, at) => ({ ...long, key: `long ${at}` }))];
  const bytes = rawFile(items);
  await writeFile(path, bytes);
  await using file = await open(path, 'r+');
  const recovered = await recoverRawFile(file);
  t.is(recovered.length, bytes.byteLength);
  t.deepEqual(
    recovered.items.map(({ key, outcome }) => [key, outcome]),
    items.map(({ key, outcome }) => [key, outcome]),
  );
  const whole = recovered.items.filter(({ abridged }) => abridged !== true);
  t.is(whole.length, 8, 'within 8 MiB');
  t.deepEqual(whole, items.slice(0, 8));
  const [last] = recovered.items.at(-1)?.frames ?? [];
  t.deepEqual(last, { ...frame, outbox: frame.outbox.slice(0, 512) });
  const held = recovered.items.flatMap(({ frames }) => frames).reduce((sum, { outbox }) => sum + outbox.byteLength, 0);
  t.true(held < 8.1 * 1024 * 1024, `${held} bytes are held`);
});

test('in memory that is used again, items come back the same', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryItem, { maxLength: 5 }),
      fc.integer({ min: 1, max: 200 }),
      async (items, length) => {
        const file = rawFile(items);
        const shared = Buffer.alloc(length);
        async function* reusing(): AsyncGenerator<Buffer> {
          for (let at = 0; at < file.byteLength; at += length) {
            yield shared.subarray(0, file.copy(shared, 0, at, at + length));
            shared.fill(0xee);
          }
        }
        const found: Item[] = [];
        for await (const { item } of readItems(reusing(), { reuse: true })) found.push(structuredClone(item));
        t.deepEqual(found, structuredClone(items));
      },
    ),
    fuzzing(60),
  );
});

test('an item knows where it stands in the file', async (t) => {
  const items = [registerItem('MGIR'), registerItem('PPCNT')];
  const file = rawFile(items);
  const ends = boundaries(items);
  const found: [number, number][] = [];
  for await (const { offset, length } of readItems(inChunks(file, 50))) found.push([offset, length]);
  t.deepEqual(found, [
    [FILE_HEADER_LENGTH, ends[1]! - FILE_HEADER_LENGTH],
    [ends[1]!, ends[2]! - ends[1]!],
  ]);
});

test('the header of a frame has its fields at the documented offsets, big endian', (t) => {
  const item = registerItem('MGIR', Buffer.from([0xaa, 0xbb]));
  const bytes = Buffer.concat(encodeItem({ ...item, frames: [{ ...item.frames[0]!, syndrome: 0x01020304 }] }, 5));
  const descriptor = Buffer.from('{"key":"MGIR{local_port=1}","name":"MGIR","index":{"local_port":1}}');
  t.is(
    bytes.subarray(0, 64).toString('hex'),
    [
      '4e46524d 00 00 0001',
      '00000005 0000 0000',
      '0805 0001 00009001',
      '00 000000 01020304',
      '000000e8d4a51000',
      '00000000000009c4',
      '00000010 00000002',
      '00000043 00000000',
    ]
      .join('')
      .replaceAll(' ', ''),
  );
  t.deepEqual(bytes.subarray(64, 64 + descriptor.byteLength), descriptor);
  t.is(bytes.byteLength, 64 + descriptor.byteLength + 16 + 2 + 4);
});

test('a frame keeps the wall clock beside the monotonic one; what is there without it is read as before', async (t) => {
  const item = registerItem('MGIR');
  const wallUs = 1_790_000_000_123_456;
  const bytes = Buffer.concat(encodeItem(item, 0, () => wallUs));
  t.is(bytes.readUIntBE(25, 3) * 2 ** 32 + bytes.readUInt32BE(60), wallUs);
  const read = async (parts: readonly Uint8Array[]): Promise<string | undefined> => {
    for await (const { startedAt } of readItems(inChunks(Buffer.concat([encodeFileHeader(), ...parts]), 50)))
      return startedAt?.toISOString();
    return 'no item';
  };
  t.is(await read([bytes]), new Date(wallUs / 1000).toISOString());
  t.is(await read(encodeItem(item, 0)), undefined);
  const before = Date.now();
  const clock = wallClock();
  t.true(Math.abs(clock(process.hrtime.bigint()) / 1000 - before) < 1000);
  t.is(clock(5_000_000_000n) - clock(2_000_000_000n), 3_000_000);
});

test('a file cut at any byte is recovered to its last whole item and can be continued', async (t) => {
  const path = join(await temporaryDirectory(t), 'raw.bin');
  const items = [registerItem('MGIR', Buffer.alloc(3)), registerItem('PPCNT', Buffer.alloc(0)), registerItem('PDDR')];
  const whole = rawFile(items);
  const ends = boundaries(items);
  for (let cut = 0; cut <= whole.byteLength; cut += 1) {
    await writeFile(path, whole);
    await truncate(path, cut);
    const kept = ends.filter((end) => end <= cut).length - 1;
    await using file = await open(path, 'r+');
    const recovered = await recoverRawFile(file);
    t.deepEqual(recovered.items, items.slice(0, Math.max(0, kept)), `cut at ${cut}`);
    t.is(recovered.length, ends[Math.max(0, kept)]!);
    t.is((await file.stat()).size, recovered.length);
    const rest = Buffer.concat(
      items.slice(recovered.items.length).flatMap((item, i) => encodeItem(item, recovered.items.length + i)),
    );
    await file.write(rest, 0, rest.byteLength, recovered.length);
    t.deepEqual(await readFile(path), whole, `continued after a cut at ${cut}`);
  }
});

test('a flipped bit anywhere after the header costs at most the items from there on', async (t) => {
  const items = [registerItem('MGIR'), registerItem('PPCNT'), registerItem('PDDR')];
  const path = join(await temporaryDirectory(t), 'raw.bin');
  const whole = rawFile(items);
  const ends = boundaries(items);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: FILE_HEADER_LENGTH, max: whole.byteLength - 1 }), fc.nat(7), async (at, bit) => {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1 << bit;
      await writeFile(path, damaged);
      await using file = await open(path, 'r+');
      const { items: recovered } = await recoverRawFile(file);
      t.deepEqual(recovered, items.slice(0, ends.filter((end) => end <= at).length - 1));
    }),
    fuzzing(100),
  );
});

test('a file that is not ours, or of another version, is refused and left as it is', async (t) => {
  const path = join(await temporaryDirectory(t), 'raw.bin');
  const newer = rawFile([]);
  newer.writeUInt16BE(2, 8);
  for (const [bytes, code] of [
    [Buffer.from('PK\x03\x04 and more than sixteen bytes'), 'NotARawFile'],
    [newer, 'UnknownVersion'],
  ] as const) {
    await writeFile(path, bytes);
    await using file = await open(path, 'r+');
    t.is((await t.throwsAsync(recoverRawFile(file), { instanceOf: RawFormatError }))?.code, code);
    t.deepEqual(await readFile(path), bytes);
  }
});

test('an item that is missing in the middle is noticed, although every frame is whole', async (t) => {
  const items = [registerItem('MGIR'), registerItem('PPCNT'), registerItem('PDDR')];
  const file = Buffer.concat([encodeFileHeader(), ...encodeItem(items[0]!, 0), ...encodeItem(items[2]!, 2)]);
  const error = await t.throwsAsync(collect(inChunks(file, 4096)), { instanceOf: RawFormatError });
  t.regex(error?.message ?? '', /item 2 frame 0 stands where item 1 frame 0 should be/);
});
