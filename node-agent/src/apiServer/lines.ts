import type { Readable } from 'node:stream';

/** One watch event is one line; an object of ours has some kB, this bounds what a wrong server can make us hold. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Splits a byte stream into its lines, without copying what arrives whole. Ends when the stream ends; an unfinished
 * last line is dropped: it was cut off.
 * @throws when one line is longer than 1 MiB */
export async function* lines(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    let buffer: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = buffer.indexOf(0x0a); end !== -1; end = buffer.indexOf(0x0a)) {
      const line = buffer.toString('utf8', 0, end);
      buffer = buffer.subarray(end + 1);
      if (line.trim() !== '') yield line;
    }
    if (buffer.length > MAX_LINE_BYTES) throw new Error(`a line of more than ${MAX_LINE_BYTES} bytes in a watch`);
    rest = buffer;
  }
}
