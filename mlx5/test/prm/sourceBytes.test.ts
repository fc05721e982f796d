import { createHash } from 'node:crypto';
import test from 'ava';
import { decodeStruct, layoutNames, layoutOf } from '../../src/prm/index.ts';

/** Bytes that look like nothing, the same for a name each time. */
function bytesFor(name: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${name} ${at}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

test('decoding leaves the bytes as they are, and is the same of a Buffer, whose slices are no copies', (t) => {
  const { registerNodes, commandStructs } = layoutNames();
  const changed: string[] = [];
  const differing: string[] = [];
  for (const name of [...registerNodes, ...commandStructs]) {
    const bytes = bytesFor(name, Math.min(layoutOf(name).bytes, 4096));
    const before = Uint8Array.from(bytes);
    const plain = decodeStruct(name, Uint8Array.from(bytes));
    const decoded = decodeStruct(name, bytes);
    if (!bytes.equals(before)) changed.push(name);
    if (!isSame(decoded, plain)) differing.push(name);
  }
  t.deepEqual({ changed, differing }, { changed: [], differing: [] });
});

function isSame(a: unknown, b: unknown): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
  return text(a) === text(b);
}
