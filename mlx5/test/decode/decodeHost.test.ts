import test from 'ava';
import fc from 'fast-check';
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

test('fuzz: any bytes decode to something that JSON can hold', (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom('/sys/x', '/dev/kmsg'), (bytes, path) => {
      t.notThrows(() => JSON.stringify(decodeHost(path, bytes)));
    }),
  );
});
