import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { fuzzing, keptBytes } from '../../../tools/src/fuzz/fuzzing.ts';
import { decodeHost } from '../../src/decode/decodeHost.ts';

for (const [title, text, fields] of [
  ['a number', '16\n', { value: 16 }],
  ['a negative one', '-1\n', { value: -1 }],
  ['a text', '32.0 GT/s PCIe\n', { value: '32.0 GT/s PCIe' }],
  ['hexadecimal stays as it is written', '0x15b3\n', { value: '0x15b3' }],
  ['a number that JSON cannot hold exactly stays text', '18446744073709551615\n', { value: '18446744073709551615' }],
  ['counters, a line each', 'RxErr 3\nBadTLP 0\nTOTAL_ERR_COR 3\n', { RxErr: 3, BadTLP: 0, TOTAL_ERR_COR: 3 }],
  ['one line of words is no counter', 'Timeout 5\n', { value: 'Timeout 5' }],
  ['nothing', '', { value: '' }],
] as const) {
  test(title, (t) => t.deepEqual(decodeHost('/sys/x', Buffer.from(text)).fields, fields));
}

/** Lines as a kernel would write them, and not quite. */
const line = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom('RxErr', '__proto__', 'constructor', '', '\u0000'),
      fc.constantFrom(' ', '\t', ''),
      fc.bigInt(),
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(
      fc.bigInt({ min: -9n, max: 1n << 70n }),
      fc.bigInt({ min: 0n, max: 1n << 70n }),
      fc.string({ maxLength: 20 }),
    )
    .map(([priority, sequence, text]) => `${priority},${sequence},17,-;${text}`),
  fc.constantFrom(' SUBSYSTEM=pci', ' ', '6,1,2,-;', '6,1,2', ';'),
);
const lines = fc.array(line, { maxLength: 20 }).map((all) => Uint8Array.from(Buffer.from(all.join('\n'))));

test('whatever the kernel says, it decodes to something that JSON can hold, no longer than it was by much', (t) => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), lines);
  fc.assert(
    fc.property(fc.tuple(bytes, fc.constantFrom('/sys/x', '/dev/kmsg')), ([said, path]) => {
      const { fields, texts } = decodeHost(path, said);
      const json = JSON.stringify({ fields, texts });
      assert.ok(json.length < 1000 + 100 * said.length, `${json.length} characters of ${said.length} bytes`);
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify({ fields, texts })));
      assert.equal(Object.getPrototypeOf(fields), Object.prototype);
    }),
    fuzzing<[readonly [Uint8Array, string]]>(
      500,
      keptBytes(new URL('./corpus/host/', import.meta.url)).map((kept) => [[kept, '/dev/kmsg']]),
    ),
  );
  t.pass();
});
