import assert from 'node:assert/strict';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing, fuzzTimeoutMs, keptBytes } from '../../../tools/src/fuzz/fuzzing.ts';
import { verifyBundle } from '../../src/bundle/verifyBundle.ts';
import { canonicalJson } from '../../src/manifest/canonicalJson.ts';
import { captureManifestBytes, parseCaptureManifest } from '../../src/manifest/captureManifest.ts';
import { deviceManifestBytes, parseDeviceManifest } from '../../src/manifest/deviceManifest.ts';
import { ManifestError } from '../../src/manifest/manifestError.ts';
import { encodeItem } from '../../src/raw/encodeItem.ts';
import { encodeFileHeader, RawFormatError } from '../../src/raw/frameHeader.ts';
import { readItems } from '../../src/raw/readItems.ts';
import { recoverRawFile } from '../../src/raw/recoverRawFile.ts';
import { parseLedgerLine } from '../../src/store/ledgerLine.ts';
import { compressSmall } from '../../src/zstd/compress.ts';
import { arbitraryItem } from '../arbitraryItem.ts';
import { sampleCaptureManifest, sampleDeviceManifest } from '../sampleManifests.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

test.beforeEach((t) => t.timeout(fuzzTimeoutMs()));
test.afterEach((t) => t.deepEqual(Object.keys(Object.getOwnPropertyDescriptors({})), [], 'no object got a property'));

const kept = (target: string): readonly [Uint8Array][] =>
  keptBytes(new URL(`./corpus/${target}/`, import.meta.url)).map((bytes) => [bytes]);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const anyBytes = fc.uint8Array({ maxLength: 3000, size: 'max' });

/** A sound raw file with bytes changed, parts doubled or cut out, and its end torn off. */
const spoiledRawFile = fc
  .tuple(
    fc.array(arbitraryItem, { maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 6 }),
    fc.nat(4000),
  )
  .map(([items, changes, end]) => {
    const whole = Buffer.concat([encodeFileHeader(), ...items.flatMap((item, at) => encodeItem(item, at))]);
    for (const [at, value] of changes) if (at < whole.length) whole[at] = value;
    return Uint8Array.from(whole.subarray(0, end));
  });

test('a raw file of any bytes: items, or an error that says where', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'raw.bin');
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyBytes, spoiledRawFile), async (bytes) => {
      let read = 0;
      const end = await outcomeOf(async () => {
        for await (const { item } of readItems(once(bytes))) {
          read += item.frames.reduce((sum, { inbox, outbox }) => sum + inbox.length + outbox.length, 0);
        }
      });
      assert.ok(end === undefined || end instanceof RawFormatError, String(end));
      if (end instanceof RawFormatError) assert.ok(end.offset >= 0 && end.offset <= bytes.length);
      assert.ok(read <= bytes.length, `${read} bytes of items from ${bytes.length}`);

      // The spool after a torn write: what is left can be read to its end.
      await writeFile(path, bytes);
      const file = await open(path, 'r+');
      const torn = await outcomeOf(() => recoverRawFile(file));
      await file.close();
      assert.ok(torn === undefined || torn instanceof RawFormatError, String(torn));
    }),
    fuzzing<[Uint8Array]>(150, kept('raw-file')),
  );
  t.pass();
});

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'capture',
  'collectors',
  'blobs',
  'name',
  'size',
  '',
];
const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(-1, 1e308, 2 ** 53, '', '../x', '\u0000', 'a'.repeat(5000), null, [], {}),
);

/** A manifest with something else at some places, also under names that objects have anyway. */
function spoiled(good: object): fc.Arbitrary<Uint8Array> {
  return fc
    .array(fc.tuple(fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }), strange, fc.constantFrom(...NAMES)), {
      maxLength: 4,
    })
    .map((changes) => {
      const root: unknown = structuredClone(good);
      for (const [path, value, name] of changes) change(root, path, value, name);
      return canonicalJson(root);
    });
}

function change(root: unknown, path: readonly number[], value: unknown, name: string): void {
  let at: unknown = root;
  for (const step of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return;
    const values: readonly unknown[] = Object.values(at);
    if (values.length === 0) break;
    at = values[step % values.length];
  }
  if (typeof at !== 'object' || at === null) return;
  const keys = Object.keys(at);
  const key = (path.at(-1) ?? 0) % 3 === 0 ? name : keys[(path.at(-1) ?? 0) % Math.max(1, keys.length)];
  if (key !== undefined)
    Object.defineProperty(at, key, { value, enumerable: true, configurable: true, writable: true });
}

for (const [title, good, parse, bytesOf] of [
  ['device', sampleDeviceManifest(), parseDeviceManifest, deviceManifestBytes],
  ['capture', sampleCaptureManifest(), parseCaptureManifest, captureManifestBytes],
] as const) {
  test(`a ${title} manifest of any bytes: what it says, or an error that names the field`, (t) => {
    const json = fc.json({ maxDepth: 6 }).map((text) => Uint8Array.from(Buffer.from(text)));
    fc.assert(
      fc.property(fc.oneof(spoiled(good), json, anyBytes), (bytes) => {
        try {
          const manifest = parse(bytes);
          // Fields that a later version adds are passed over.
          assert.deepEqual(parse((bytesOf as (value: typeof manifest) => Uint8Array)(manifest)), manifest);
        } catch (error) {
          assert.ok(error instanceof ManifestError, String(error));
          assert.ok(error.message.length < 2000, `a message of ${error.message.length} characters`);
        }
      }),
      fuzzing<[Uint8Array]>(300, kept('manifest')),
    );
    t.pass();
  });
}

test('a bundle of any bytes, packed or not: a report with what is wrong, and nothing thrown', async (t) => {
  const packed = fc.oneof(anyBytes, tarLike()).map((bytes) => Uint8Array.from(compressSmall(bytes)));
  const frames = fc.array(packed, { maxLength: 3 }).map((parts) => Uint8Array.from(Buffer.concat(parts)));
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyBytes, packed, frames), async (bytes) => {
      const report = await verifyBundle(once(bytes));
      assert.ok(report.problems.length > 0);
      for (const { message } of report.problems) assert.ok(message.length < 2000);
    }),
    fuzzing<[Uint8Array]>(300, kept('bundle')),
  );
  t.pass();
});

/** Blocks that look like headers of tar, with a checksum that is right, and sizes and types that are not. */
function tarLike(): fc.Arbitrary<Uint8Array> {
  const size = fc.oneof(fc.nat(2000), fc.constantFrom(0, 2 ** 33, 2 ** 53, Number.MAX_VALUE)).map((n) => n.toString(8));
  const entry = fc.record({
    path: fc.oneof(fc.string({ maxLength: 99 }), fc.constantFrom('../../x', '/etc/passwd', '__proto__', '')),
    size: fc.oneof(size, fc.string({ maxLength: 11 })),
    type: fc.constantFrom('0', '1', '2', '5', 'x', 'g', 'L', 'K', 'S', '\0', '7'),
    body: fc.uint8Array({ maxLength: 1200 }),
  });
  return fc.array(entry, { maxLength: 4 }).map((entries) =>
    Uint8Array.from(
      Buffer.concat(
        entries.flatMap(({ path, size: digits, type, body }) => {
          const header = Buffer.alloc(512);
          header.write(path, 0, 100);
          header.write('0000644\0', 100);
          header.write(digits, 124, 12);
          header.write('        ', 148);
          header.write(type, 156);
          header.write('ustar\x0000', 257);
          const sum = header.reduce((total, byte) => total + byte, 0);
          header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
          return [header, Buffer.from(body), Buffer.alloc((512 - (body.length % 512)) % 512)];
        }),
      ),
    ),
  );
}

test('a line of the ledger, whatever it is, is one of its kinds or none', (t) => {
  const lines = fc.oneof(
    fc.string(),
    fc.json({ maxDepth: 4 }),
    fc.json().map((json) => `{"__proto__":${json},"kind":"blob"}`),
  );
  fc.assert(
    fc.property(lines, (line) => {
      const parsed = parseLedgerLine(line);
      assert.ok(parsed === undefined || typeof parsed === 'object');
    }),
    fuzzing(500),
  );
  t.pass();
});

async function outcomeOf(act: () => Promise<unknown>): Promise<unknown> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error;
  }
}
