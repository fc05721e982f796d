import { readFileSync } from 'node:fs';
import test from 'ava';
import { type MenuIndex, parseMenu } from '../../src/collect/resourceDump/menu.ts';
import { decodeCoreDump } from '../../src/decode/decodeCoreDump.ts';
import { decodeStruct, valuesOf } from '../../src/prm/index.ts';

/* What real devices answered, as the README of the mlx5ctl tool shows it. */

const records = readFileSync(new URL('deviceMenu.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('0x'))
  .map((line) => line.split('|').map((cell) => cell.trim()) as [string, string, string, string, string]);

/** `I1! N1a`: as the tool prints what a menu says. */
function letters(index: MenuIndex, number: 1 | 2): readonly string[] {
  const { supported, all, active, required } = index.count;
  return [
    ...(index.supported ? [`I${number}${index.required ? '!' : ''}`] : []),
    ...(supported ? [`N${number}${required ? '!' : ''}${all ? 'A' : ''}${active ? 'a' : ''}`] : []),
  ];
}

test('the menu of a real device: 45 records with their names and flags', (t) => {
  const menu = Buffer.alloc(8 + 52 * records.length);
  menu.writeUInt32BE(((menu.length / 4) << 16) | 0xffff, 0);
  menu.writeUInt32BE(records.length, 4);
  for (const [at, [word, ...texts]] of records.entries()) {
    menu.writeUInt32BE(Number(word), 8 + 52 * at);
    for (const [place, text] of texts.slice(0, 3).entries()) menu.write(text, 12 + 52 * at + 16 * place);
  }
  t.is(16 + 20 + menu.length + 4, 2388, 'what the tool received, other segments included');
  const parsed = parseMenu(menu) ?? [];
  t.is(parsed.length, 45);
  t.deepEqual(
    parsed.map(({ type, name, index1, index2 }) => [
      type,
      name,
      index1.name,
      index2.name,
      [...letters(index1, 1), ...letters(index2, 2)].toSorted().join(' '),
    ]),
    records.map(([word, name, index1, index2, flags]) => [Number(word) & 0xffff, name, index1, index2, flags]),
  );
});

test('the end of a core dump of a real device: 831304 bytes, last address 0x500c00, cookie 0x500c04', (t) => {
  const outbox = Buffer.alloc(80 + 831_304);
  outbox.writeUInt32BE(2, 16);
  outbox.writeUInt32BE(831_304, 16 + 0x14);
  outbox.writeUInt32BE(0x500c04, 16 + 0x24);
  const words = 831_304 / 8;
  for (let at = 0; at < words; at += 1) outbox.writeUInt32BE(0x500c00 - 4 * (words - 1 - at), 80 + 8 * at);
  const { fields } = decodeCoreDump(outbox);
  t.like(fields, { more_dump: 0, core_dump_type: 2, size: 831_304, cookie: 0x500c04, address: 0, words: 103_913 });
  const [run] = fields['ranges'] as readonly { address: number; words: number }[];
  t.is(run!.address + 4 * run!.words, 0x500c04, 'the cookie is the address behind the last');
});

test('a capability page with the diagnostic counters that a real device lists', (t) => {
  const ids = [0x401, 0x402, 0x403, 0x406, 0x409, 0x40a, 0x40b, 0x1001, 0x2001, 0x2006, 0x2c02, 0x2c03, 0x2c04];
  const page = Buffer.alloc(64 + 4 * ids.length);
  // sync, bit 31, and the id in the lower half of each word.
  for (const [at, id] of ids.entries()) page.writeUInt32BE((2 ** 31 + id) >>> 0, 64 + 4 * at);
  const counters = valuesOf(decodeStruct('debug_cap', page))['diagnostic_counter'] as readonly {
    sync: number;
    counter_id: number;
  }[];
  t.deepEqual(
    counters.map(({ counter_id }) => counter_id),
    ids,
  );
  t.true(counters.every(({ sync }) => sync === 1));
});
