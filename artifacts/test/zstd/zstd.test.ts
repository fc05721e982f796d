import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import { compress, compressSmall } from '../../src/zstd/compress.ts';
import { decompress } from '../../src/zstd/decompress.ts';
import { createFrameScanner } from '../../src/zstd/frameScanner.ts';
import { ZstdError } from '../../src/zstd/zstdError.ts';

async function* inChunks(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('frames one after another are all decoded, however they are cut', async (t) => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.constant(new Uint8Array(300_000).fill(9)),
    fc.constant(randomBytes(150_000)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 20_000 }),
      async (contents, length) => {
        const stored = Buffer.concat(
          contents.map((bytes, i) =>
            zstdCompressSync(bytes, {
              params: { [constants.ZSTD_c_checksumFlag]: i % 2, [constants.ZSTD_c_contentSizeFlag]: i % 3 ? 1 : 0 },
            }),
          ),
        );
        t.true(
          (await all(decompress(inChunks(stored, Math.max(length, stored.byteLength >> 8))))).equals(
            Buffer.concat(contents),
          ),
        );
        const scanner = createFrameScanner();
        for (let at = 0; at < stored.byteLength; ) at += scanner.scan(stored.subarray(at));
        t.is(scanner.frames, contents.length);
        t.true(scanner.atBoundary);
      },
    ),
    fuzzing(40),
  );
});

test('the same bytes give the same frame, however they arrive', async (t) => {
  const bytes = Buffer.concat([randomBytes(700_000), Buffer.alloc(1_800_000, 'register page ')]);
  const expected = await all(compress(inChunks(bytes, bytes.byteLength)));
  for (const length of [1000, 65_536, 1024 * 1024, 1024 * 1024 + 1]) {
    t.true(expected.equals(await all(compress(inChunks(bytes, length)))), `${length}`);
  }
  t.true((await all(decompress(inChunks(expected, 5000)))).equals(bytes));
});

test('an empty file is one frame too', async (t) => {
  const stored = await all(compress(inChunks(Buffer.alloc(0), 1)));
  t.true(stored.byteLength > 0);
  t.is((await all(decompress(inChunks(stored, 3)))).byteLength, 0);
});

test('what is not exactly one whole frame is refused', async (t) => {
  const frame = compressSmall(Buffer.alloc(5000, 'x'));
  const flipped = Buffer.from(frame);
  flipped[frame.byteLength - 6]! ^= 0xff;
  const wideWindow = await all(
    (async function* () {
      const { createZstdCompress } = await import('node:zlib');
      const stream = createZstdCompress({
        params: { [constants.ZSTD_c_windowLog]: 26, [constants.ZSTD_c_contentSizeFlag]: 0 },
      });
      stream.end(randomBytes(100));
      yield* stream as AsyncIterable<Uint8Array>;
    })(),
  );
  for (const [bytes, code] of [
    [frame.subarray(0, frame.byteLength - 1), 'Truncated'],
    [frame.subarray(0, 3), 'Truncated'],
    [Buffer.alloc(0), 'Truncated'],
    [Buffer.concat([frame, Buffer.from('more')]), 'TrailingBytes'],
    [Buffer.concat([frame, frame]), 'TrailingBytes'],
    [Buffer.from('plain text, no zstd'), 'Damaged'],
    [flipped, 'Damaged'],
    [wideWindow, 'Damaged'],
  ] as const) {
    for (const length of [1, 7, 100_000]) {
      const error = await t.throwsAsync(all(decompress(inChunks(bytes, length), { singleFrame: true })), {
        instanceOf: ZstdError,
      });
      t.is(error?.code, code, `${bytes.toString('hex').slice(0, 40)} in ${length}`);
    }
  }
});

test('an error of the source passes as it is', async (t) => {
  const cause = Object.assign(new Error('connection reset'), { code: 'ECONNRESET', errno: -104 });
  async function* source(): AsyncGenerator<Uint8Array> {
    yield compressSmall(Buffer.alloc(100)).subarray(0, 10);
    throw cause;
  }
  t.is(await t.throwsAsync(all(decompress(source()))), cause);
});

test('a chunk is used until the next is asked for, and no longer', async (t) => {
  const bytes = randomBytes(3_000_000);
  const shared = Buffer.alloc(400_000);
  async function* reusing(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.byteLength; at += shared.byteLength) {
      const length = bytes.copy(shared, 0, at, at + shared.byteLength);
      yield shared.subarray(0, length);
      shared.fill(0);
    }
  }
  t.true((await all(decompress(compress(reusing())))).equals(bytes));
});

test('compressing ends with what ends its source, and lets its source go when nobody reads on', async (t) => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield randomBytes(2_000_000);
    throw new Error('the disk is gone');
  }
  await t.throwsAsync(all(compress(failing())), { message: 'the disk is gone' });
  const letGo = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield randomBytes(1_000_000);
    } finally {
      letGo.resolve();
    }
  }
  for await (const chunk of compress(endless())) {
    t.true(chunk.byteLength > 0);
    break;
  }
  await letGo.promise;
});
