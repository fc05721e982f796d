import type { Readable } from 'node:stream';

/** A line longer than this is not an API object (etcd refuses objects above 1.5 MiB; JSON may double that). */
const maxLineBytes = 16 * 1024 * 1024;

/** Splits a byte stream at newlines. A last line without a newline was cut off and is dropped. */
export async function* readLines(body: Readable): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of body) {
    const bytes: Buffer = chunk;
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      pending.push(bytes.subarray(start, end));
      yield pending.length === 1 ? bytes.toString('utf8', start, end) : Buffer.concat(pending).toString('utf8');
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    if (start < bytes.length) {
      pending.push(start === 0 ? bytes : bytes.subarray(start));
      pendingBytes += bytes.length - start;
      if (pendingBytes > maxLineBytes)
        throw new RangeError(`a line of more than ${maxLineBytes} bytes in a watch stream`);
    }
  }
}
