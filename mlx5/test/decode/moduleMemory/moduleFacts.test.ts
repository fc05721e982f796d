import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../../tools/src/fuzz/fuzzing.ts';
import type { Item } from '../../../src/collect/item.ts';
import { moduleBytes } from '../../../src/decode/moduleMemory/moduleBytes.ts';
import { moduleFacts } from '../../../src/decode/moduleMemory/moduleFacts.ts';
import { registerItem } from '../../registerItem.ts';

/** An answer of MCIA; the fields of its index are in the reference at 0x0 and 0x4. */
function mcia(
  start: number,
  bytes: Uint8Array,
  { page = 0, i2c = 0x50, status = 0, module = 0, size = bytes.length } = {},
): Item {
  const index = { module, i2c_device_address: i2c, page_number: page, device_address: start, size };
  const words: Record<number, number> = { 0: status };
  const padded = Buffer.concat([bytes, Buffer.alloc(4)]);
  for (let at = 0; at < bytes.length; at += 4) words[0x10 + at] = padded.readUInt32BE(at);
  return registerItem('MCIA', words, index);
}

const text = (value: string, length: number): Buffer => Buffer.from(value.padEnd(length));

test('the memory of an OSFP module, by CMIS', (t) => {
  const lower = Buffer.alloc(128);
  lower.set([0x19, 0x50]);
  lower.writeInt16BE(Math.round(45.5 * 256), 14);
  lower.writeUInt16BE(33_010, 16);
  lower.set([46, 120], 39);
  const upper = Buffer.alloc(128);
  upper.set(text('NVIDIA', 16), 129 - 128);
  upper.set(text('MMA4Z00-NS400', 16), 148 - 128);
  upper.set(text('A2', 2), 164 - 128);
  upper.set(text('MT2410FT12345', 16), 166 - 128);
  upper.set(text('240306', 8), 182 - 128);
  const lanes = Buffer.alloc(128);
  for (let lane = 0; lane < 8; lane += 1) {
    lanes.writeUInt16BE(12_000 + lane, 154 - 128 + 2 * lane);
    lanes.writeUInt16BE(3600, 170 - 128 + 2 * lane);
    lanes.writeUInt16BE(10_500, 186 - 128 + 2 * lane);
  }
  const memory = moduleBytes([mcia(0, lower), mcia(128, upper), mcia(128, lanes, { page: 0x11 })], 0);
  t.deepEqual(moduleFacts(memory), {
    identifier: 'OSFP',
    memoryMap: 'CMIS 5.0',
    vendorName: 'NVIDIA',
    partNumber: 'MMA4Z00-NS400',
    revision: 'A2',
    serialNumber: 'MT2410FT12345',
    dateCode: '240306',
    firmware: '46.120',
    temperature: 45.5,
    voltage: 3.301,
    txPower: [1.2, 1.2001, 1.2002, 1.2003, 1.2004, 1.2005, 1.2006, 1.2007],
    txBias: Array.from({ length: 8 }, () => 7.2),
    rxPower: Array.from({ length: 8 }, () => 1.05),
  });
});

test('the memory of a QSFP28 module, by SFF-8636, below zero', (t) => {
  const lower = Buffer.alloc(128);
  lower.set([0x11, 0x08]);
  lower.writeInt16BE(-3.25 * 256, 22);
  lower.writeUInt16BE(32_900, 26);
  lower.writeUInt16BE(5000, 34);
  lower.writeUInt16BE(4000, 42);
  lower.writeUInt16BE(20_000, 50);
  const upper = Buffer.alloc(128);
  upper.set(text('Acme', 16), 148 - 128);
  upper.set(text('Q-100', 16), 168 - 128);
  upper.set(text('B', 2), 184 - 128);
  upper.set(text('S1', 16), 196 - 128);
  upper.set(text('250101', 8), 212 - 128);
  t.like(moduleFacts(moduleBytes([mcia(0, lower), mcia(128, upper)], 0)), {
    identifier: 'QSFP28',
    memoryMap: 'SFF-8636 2.8 to 2.10',
    vendorName: 'Acme',
    partNumber: 'Q-100',
    revision: 'B',
    serialNumber: 'S1',
    dateCode: '250101',
    temperature: -3.25,
    voltage: 3.29,
    rxPower: [0.5, 0, 0, 0],
    txBias: [8, 0, 0, 0],
    txPower: [2, 0, 0, 0],
  });
});

test('the memory of an SFP module has its diagnostics behind a second address', (t) => {
  const texts = Buffer.alloc(128);
  texts.set([0x03, 0x04]);
  texts.set(text('Acme', 16), 20);
  texts.set(text('S-25', 16), 40);
  texts.set(text('S2', 16), 68);
  const diagnostics = Buffer.alloc(128);
  diagnostics.writeInt16BE(30 * 256, 96);
  diagnostics.writeUInt16BE(33_000, 98);
  diagnostics.writeUInt16BE(6000, 104);
  t.like(moduleFacts(moduleBytes([mcia(0, texts), mcia(0, diagnostics, { i2c: 0x51 })], 0)), {
    identifier: 'SFP',
    memoryMap: 'SFF-8472',
    vendorName: 'Acme',
    partNumber: 'S-25',
    serialNumber: 'S2',
    temperature: 30,
    voltage: 3.3,
    rxPower: [0.6],
  });
});

test('a module that has no page, or only its first bytes, tells what it can', (t) => {
  const identity = mcia(0, Uint8Array.of(0x19, 0x52, 0x80));
  t.deepEqual(moduleFacts(moduleBytes([identity], 0)), { identifier: 'OSFP', memoryMap: 'CMIS 5.2' });
  const missing = mcia(128, Buffer.alloc(48, 0x41), { page: 0x11, status: 2 });
  t.deepEqual(moduleFacts(moduleBytes([identity, missing], 0)), { identifier: 'OSFP', memoryMap: 'CMIS 5.2' });
  t.deepEqual(moduleFacts(moduleBytes([mcia(0, Uint8Array.of(0x77, 1, 0))], 0)), { identifier: 'unknown (0x77)' });
  t.is(moduleFacts(moduleBytes([], 0)), undefined);
  t.is(moduleFacts(moduleBytes([mcia(0, Uint8Array.of(0x19, 0x50), { status: 3 })], 0)), undefined);
  t.is(moduleFacts(moduleBytes([identity], 1)), undefined);
});

test('whatever stands in answers and their index, facts come out and no byte from beyond the page', (t) => {
  const answer = fc.record({
    start: fc.nat(300),
    bytes: fc.uint8Array({ maxLength: 128 }),
    page: fc.nat(255),
    i2c: fc.constantFrom(0x50, 0x51, 0),
    status: fc.constantFrom(0, 0, 0, 3),
    size: fc.nat(70_000),
  });
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 8 }), (answers) => {
        const items = answers.map(({ start, bytes, ...more }) => mcia(start, bytes, more));
        const short = items.map((item) => ({
          ...item,
          frames: item.frames.map((frame) => ({ ...frame, outbox: frame.outbox.subarray(0, 40) })),
        }));
        for (const some of [items, short]) {
          const facts = moduleFacts(moduleBytes(some, 0));
          if (facts !== undefined && !(facts.identifier.length > 0)) return false;
        }
        return moduleBytes(items, 0).read(0, 200, 100) === undefined;
      }),
      fuzzing(300),
    ),
  );
});
