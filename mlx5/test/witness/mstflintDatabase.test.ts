import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { type LayoutField, layoutNames, layoutOf } from '../../src/prm/index.ts';

/* The register database as Debian's mstflint 4.21 has it, older than the one that the layouts are from: the same fields have to
 * be in the same places. */
const DATABASE = '/usr/share/mstflint/prm_dbs/hca/ext/register_access_table.adb';
const REVISION = 'Rev 0.57';

interface Place {
  readonly byte: number;
  readonly lsb: number;
  /** Of all elements. */
  readonly width: number;
}

const database = existsSync(DATABASE) ? readFileSync(DATABASE, 'utf8') : '';
const known = database.includes(REVISION);
if (!known) test(`mstflint's own database is skipped: there is none of ${REVISION} at ${DATABASE}`, (t) => t.pass());

(known ? test : test.skip)('the layouts have their fields where the database of mstflint 4.21 has them', (t) => {
  const ours = new Set(layoutNames().registerNodes);
  const moved: string[] = [];
  let resized = 0;
  let nodes = 0;
  let same = 0;
  for (const [, name = '', body = ''] of database.matchAll(/<node name="(\w+)"[^>]*>(.*?)<\/node>/gs)) {
    if (!ours.has(name)) continue;
    nodes += 1;
    for (const [, attributes = ''] of body.matchAll(/<field ([^>]*)\/?>/g)) {
      const field = layoutOf(name).byName.get(attribute(attributes, 'name'));
      if (field === undefined) continue;
      const theirs = { ...offsetOf(attribute(attributes, 'offset')), width: bitsOf(attribute(attributes, 'size')) };
      const place = placeOf(field);
      if (place.byte !== theirs.byte || place.lsb !== theirs.lsb) {
        moved.push(`${name}.${field.name}: ${text(theirs)} is now ${text(place)}`);
      } else if (place.width === theirs.width) same += 1;
      else resized += 1;
    }
  }
  t.deepEqual(moved, []);
  t.is(nodes, 210);
  t.is(same, 2010);
  // Counters, masks and registers that have grown since, up to bits that were reserved.
  t.is(resized, 40);
});

function attribute(attributes: string, name: string): string {
  return new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
}

/** `0x10.24`: byte, and the least significant bit in it and the three behind. */
function offsetOf(offset: string): Pick<Place, 'byte' | 'lsb'> {
  const [byte = '', lsb = ''] = offset.split('.');
  return { byte: Number(byte), lsb: Number(lsb) };
}

/** `0x4.0`, `0x0.12`: bytes and bits. */
function bitsOf(size: string): number {
  const [bytes = '', bits = ''] = size.split('.');
  return Number(bytes) * 8 + Number(bits);
}

function placeOf({ bit, width, count }: LayoutField): Place {
  const total = width * (typeof count === 'number' ? count : 1);
  return { byte: Math.floor(bit / 32) * 4, lsb: width >= 32 ? 0 : 32 - (bit % 32) - width, width: total };
}

const text = ({ byte, lsb, width }: Place): string => `0x${byte.toString(16)}.${lsb}:${width}`;
