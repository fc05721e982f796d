import test from 'ava';
import type { Item } from '../../src/collect/item.ts';
import { decodeItem } from '../../src/decode/decodeItem.ts';
import { type DevlinkQuestion, devlinkRequest, familyIn } from '../../src/netlink/devlink.ts';
import { reportersIn } from '../../src/netlink/reporters.ts';
import { GOLDEN, hex } from './bytes.ts';

const DEVICE = '0000:03:00.0';

/** Requests, byte by byte as the kernel's headers have them. */
const REQUESTS: readonly (readonly [string, DevlinkQuestion, string])[] = [
  [
    'the number of devlink’s family',
    { type: 'family' },
    '20000000 1000 0500 01000000 00000000  03 02 0000  0c00 0200 6465766c696e6b00',
  ],
  [
    'versions',
    { type: 'info' },
    '30000000 1a00 0500 01000000 00000000  33 01 0000  0800 0100 70636900  1100 0200 303030303a30333a30302e3000000000',
  ],
  [
    'all reporters',
    { type: 'reporters' },
    '30000000 1a00 0103 01000000 00000000  34 01 0000  0800 0100 70636900  1100 0200 303030303a30333a30302e3000000000',
  ],
  [
    'a diagnosis of the device',
    { type: 'diagnose', reporter: 'fw' },
    `38000000 1a00 0500 01000000 00000000  37 01 0000  0800 0100 70636900  1100 0200 303030303a30333a30302e3000000000
     0700 7300 66770000`,
  ],
  [
    'a dump of a port',
    { type: 'dump', reporter: 'tx', portIndex: 0xffff },
    `40000000 1a00 0103 01000000 00000000  38 01 0000  0800 0100 70636900  1100 0200 303030303a30333a30302e3000000000
     0800 0300 ffff0000  0700 7300 74780000`,
  ],
];

for (const [title, question, bytes] of REQUESTS) {
  test(`the request for ${title}`, (t) => {
    const request = devlinkRequest(question, { pciAddress: DEVICE, family: 0x1a, sequence: 1 });
    t.is(Buffer.from(request).toString('hex'), Buffer.from(hex(bytes)).toString('hex'));
  });
}

function decoded(name: string, outbox: Uint8Array, errno = 0) {
  const inbox = devlinkRequest({ type: 'reporters' }, { pciAddress: DEVICE, family: 0x1a, sequence: 3 });
  const none = { opcode: 0, opMod: 0, registerId: 0, status: 0, syndrome: 0, startedNs: 0n, elapsedNs: 0n };
  const outcome = errno === 0 ? 'ok' : 'failed';
  const item: Item = { key: name, name, kind: 'host', index: {}, outcome, frames: [{ ...none, errno, inbox, outbox }] };
  return decodeItem(item);
}

test('the family has its number', (t) => {
  t.is(familyIn(GOLDEN.family), 0x1a);
  t.deepEqual(decoded('devlink/family', GOLDEN.family).fields, { family_id: 0x1a, family_name: 'devlink', version: 1 });
});

test('of all reporters those of the device and its ports', (t) => {
  const expected = [
    {
      name: 'fw',
      state: 1,
      errors: 3,
      recoveries: 2,
      dumpMs: 10_000,
      gracePeriodMs: 60_000,
      autoRecover: 1,
      autoDump: 1,
    },
    { name: 'tx', state: 0, errors: 0, recoveries: '18446744073709551615', portIndex: 0xffff },
  ];
  t.deepEqual(reportersIn(GOLDEN.reporters, DEVICE), expected);
  const { fields, texts } = decoded('devlink/health', GOLDEN.reporters);
  t.deepEqual(fields, { reporters: expected });
  t.deepEqual(texts, { 'reporters[0].state': 'error', 'reporters[1].state': 'healthy' });
});

test('a diagnosis that comes in two parts, cut between a name and its value', (t) => {
  const { fields, texts } = decoded('devlink/health/fw/diagnose', Buffer.concat(GOLDEN.diagnoseParts));
  t.deepEqual(fields, { Syndrome: 0x10, Description: 'hot', v: [1] });
  t.deepEqual(texts, { Syndrome: 'high temperature' });
});

test('versions by kind', (t) => {
  t.deepEqual(decoded('devlink/info', GOLDEN.info).fields, {
    driver_name: 'mlx5_core',
    versions: [
      { kind: 'fixed', name: 'fw.psid', value: 'MT_00000001' },
      { kind: 'running', name: 'fw.version', value: '28.42.1000' },
    ],
  });
});

test('a refusal has its errno and the kernel’s sentence', (t) => {
  t.deepEqual(decoded('devlink/health/tx/diagnose', GOLDEN.refusal, 95).error, {
    name: 'EOPNOTSUPP',
    text: 'no such thing',
  });
  t.like(decoded('devlink/family', new Uint8Array(0), 2).error, { name: 'ENOENT' });
});
