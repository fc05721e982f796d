import { Readable } from 'node:stream';
import { constants, createZstdDecompress } from 'node:zlib';
import { createFrameScanner } from './frameScanner.ts';
import { ZstdError } from './zstdError.ts';

/** 8 MiB: what level 1 and every usual level up to 19 stays within. A frame that asks for more is refused: it would
 * make everyone who reads it allocate as much. */
const MAX_WINDOW_LOG = 23;

/** Node's default of 16 KiB costs a third of the speed: 504 MB/s with sha256 became 300. */
const OUTPUT_LENGTH = 64 * 1024;

/** The uncompressed bytes of one or more zstd frames.
 * @param options.singleFrame refuse anything after the first frame
 * @throws ZstdError */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  options: { readonly singleFrame?: boolean } = {},
): AsyncGenerator<Buffer, void> {
  const decoder = createZstdDecompress({
    chunkSize: OUTPUT_LENGTH,
    params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
  });
  const input = Readable.from(cutAtFrameEnds(source, options.singleFrame ?? false), { objectMode: true });
  input.on('error', (error) => decoder.destroy(error));
  try {
    for await (const chunk of input.pipe(decoder)) yield chunk as Buffer;
  } catch (error) {
    throw asZstdError(error);
  } finally {
    input.destroy();
    decoder.destroy();
  }
}

async function* cutAtFrameEnds(source: AsyncIterable<Uint8Array>, singleFrame: boolean): AsyncGenerator<Uint8Array> {
  const scanner = createFrameScanner();
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; ) {
      if (singleFrame && scanner.frames > 0) {
        throw new ZstdError('TrailingBytes', 'bytes follow the end of the zstd frame: send exactly one frame');
      }
      const length = scanner.scan(chunk.subarray(at));
      yield chunk.subarray(at, at + length);
      at += length;
    }
  }
  if (!scanner.atBoundary || scanner.frames === 0) {
    throw new ZstdError('Truncated', 'the zstd data ends within a frame: it was cut off');
  }
}

/** Only zlib's own errors mean bad data; an error of the source (a file, a socket) passes as it is. */
function asZstdError(error: unknown): unknown {
  if (!(error instanceof Error) || !('errno' in error) || !('code' in error)) return error;
  const code = String(error.code);
  if (!code.startsWith('ZSTD_') && !code.startsWith('Z_')) return error;
  return new ZstdError('Damaged', `the zstd data cannot be decoded (${code}): ${error.message}`, { cause: error });
}
