import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import { decodeItem } from '../../src/decode/decodeItem.ts';
import { readAttributes } from '../../src/netlink/attributes.ts';
import { decodeFmsg, type FmsgValue } from '../../src/netlink/fmsg.ts';
import { NetlinkError } from '../../src/netlink/netlinkError.ts';
import { GOLDEN, hex } from './bytes.ts';

const OBJECT = '0400 6b00';
const PAIR = '0400 6c00';
const ARRAY = '0400 6d00';
const END = '0400 6e00';
const named = (letter: string) => `0600 6f00 ${Buffer.from(letter).toString('hex')}00 0000`;
const typed = (type: string) => `0500 7000 ${type} 000000`;

/** Lists of attributes and what they mean. */
const CASES: readonly (readonly [string, string, FmsgValue])[] = [
  ['nothing', '', {}],
  ['a byte', `${PAIR} ${named('a')} ${typed('01')} 0500 7100 07 000000 ${END}`, { a: 7 }],
  ['16 bits', `${PAIR} ${named('a')} ${typed('02')} 0600 7100 0102 0000 ${END}`, { a: 0x201 }],
  ['64 bits', `${PAIR} ${named('a')} ${typed('04')} 0c00 7100 ffffffffffffffff ${END}`, { a: '18446744073709551615' }],
  ['a flag', `${PAIR} ${named('a')} ${typed('06')} 0500 7100 01 000000 ${END}`, { a: 'true' }],
  [
    'bytes in pieces are one value',
    `${PAIR} ${named('a')} ${ARRAY} ${typed('0b')} 0600 7100 dead 0000 ${typed('0b')} 0600 7100 beef 0000 ${END} ${END}`,
    { a: 'deadbeef' },
  ],
  [
    'a list of objects',
    `${PAIR} ${named('a')} ${ARRAY} ${OBJECT} ${PAIR} ${named('b')} ${typed('01')} 0500 7100 01 000000 ${END} ${END}
     ${OBJECT} ${PAIR} ${named('b')} ${typed('01')} 0500 7100 02 000000 ${END} ${END} ${END} ${END}`,
    { a: [{ b: 1 }, { b: 2 }] },
  ],
  [
    'a name that comes twice',
    `${PAIR} ${named('a')} ${typed('01')} 0500 7100 01 000000 ${END}
     ${PAIR} ${named('a')} ${typed('01')} 0500 7100 02 000000 ${END}`,
    { a: [1, 2] },
  ],
  [
    'the middle of a longer list',
    `${END} ${END} ${PAIR} ${named('a')} ${typed('01')} 0500 7100 01 000000 ${END} ${OBJECT} ${PAIR} ${named('b')}
     ${typed('01')} 0500 7100 02 000000`,
    { a: 1, b: 2 },
  ],
];

for (const [title, bytes, expected] of CASES) {
  test(`${title}`, (t) => {
    t.deepEqual(decodeFmsg(readAttributes(hex(bytes))), expected);
  });
}

test('too many levels, and numbers of a length that no number has, are typed errors', (t) => {
  t.throws(() => decodeFmsg(readAttributes(hex(OBJECT.repeat(40)))), { instanceOf: NetlinkError, message: /levels/ });
  t.throws(() => decodeFmsg(readAttributes(hex(`${typed('01')} 0700 7100 010203 00`))), { instanceOf: NetlinkError });
});

test('a name of JavaScript’s own is a name as any other', (t) => {
  const name = Buffer.from('__proto__\0').toString('hex');
  const fields = decodeFmsg(
    readAttributes(hex(`${PAIR} 0e00 6f00 ${name} 0000 ${typed('01')} 0500 7100 01 000000 ${END}`)),
  );
  t.deepEqual(Object.keys(fields), ['__proto__']);
  t.is(Object.getPrototypeOf({}), Object.prototype);
});

const NAMES = [
  'devlink/family',
  'devlink/info',
  'devlink/health',
  'devlink/health/fw/diagnose',
  'devlink/health/fw/dump',
];

test('any bytes are decoded to something, or say what is wrong with them', (t) => {
  const spoiled = fc
    .record({
      from: fc.constantFrom(GOLDEN.family, GOLDEN.reporters, GOLDEN.info, GOLDEN.refusal, ...GOLDEN.diagnoseParts),
      changes: fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 6 }),
      cut: fc.nat(300),
    })
    .map(({ from, changes, cut }) => {
      const bytes = from.slice();
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes.subarray(0, Math.max(0, bytes.length - cut));
    });
  const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 500 }), spoiled);
  fc.assert(
    fc.property(
      anyBytes,
      anyBytes,
      fc.constantFrom(...NAMES),
      fc.constantFrom(0, 2, 95),
      (inbox, outbox, name, errno) => {
        const none = { opcode: 0, opMod: 0, registerId: 0, status: 0, syndrome: 0, startedNs: 0n, elapsedNs: 0n };
        const outcome = errno === 0 ? 'ok' : 'failed';
        const frames = [{ ...none, errno, inbox, outbox }];
        const { fields, error } = decodeItem({ key: name, name, kind: 'host', index: {}, outcome, frames });
        JSON.stringify(fields);
        return (errno === 0) === (error === undefined);
      },
    ),
    fuzzing(1000),
  );
  t.pass();
});
