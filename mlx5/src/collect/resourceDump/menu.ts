import { getField, parseSegments, readBits, SEGMENT } from '../../prm/index.ts';

/** What a device's menu says about one of the two numbers that say which objects to dump. */
export interface MenuIndex {
  /** What it counts, e.g. `QPN`. */
  readonly name: string;
  readonly supported: boolean;
  readonly required: boolean;
  readonly count: {
    readonly supported: boolean;
    readonly required: boolean;
    readonly all: boolean;
    readonly active: boolean;
  };
}

/** One kind of segment that a device can dump. */
export interface MenuRecord {
  readonly type: number;
  readonly name: string;
  readonly index1: MenuIndex;
  readonly index2: MenuIndex;
}

const LAYOUT = 'resource_dump_menu_record';
const HEADER_BYTES = 8;
const RECORD_BYTES = 52;
/** Names of items that are no segments of the menu. */
const RESERVED_NAMES = ['MENU', 'ERROR', 'NOTICE'];

/** The menu in a dump of segment type 0xffff. Pure; takes any bytes. Records that are not whole are left out.
 * @returns undefined when there is no menu segment among the bytes */
export function parseMenu(dump: Uint8Array): readonly MenuRecord[] | undefined {
  const menus = parseSegments(dump).segments.filter(({ type }) => type === SEGMENT.MENU);
  if (menus.length === 0) return undefined;
  const records = menus.flatMap(({ bytes }) => {
    if (bytes.length < HEADER_BYTES) return [];
    const claimed = readBits(bytes, 48, 16);
    const count = Math.min(claimed, Math.floor((bytes.length - HEADER_BYTES) / RECORD_BYTES));
    return Array.from({ length: count }, (_, at) => {
      const start = HEADER_BYTES + at * RECORD_BYTES;
      return recordOf(bytes.subarray(start, start + RECORD_BYTES));
    });
  });
  const names = new Set(RESERVED_NAMES);
  return records.map((record) => {
    const name = names.has(record.name.toUpperCase()) ? numberName(record.type) : record.name;
    names.add(name.toUpperCase());
    return { ...record, name };
  });
}

function recordOf(bytes: Uint8Array): MenuRecord {
  const flag = (field: string): boolean => Number(getField(bytes, LAYOUT, field)) === 1;
  const index = (number: 1 | 2): MenuIndex => ({
    name: textAt(bytes, number === 1 ? 0x14 : 0x24),
    supported: flag(`support_index${number}`),
    required: flag(`must_have_index${number}`),
    count: {
      supported: flag(`support_num_of_obj${number}`),
      required: flag(`must_have_num_of_obj${number}`),
      all: flag(`num_of_obj${number}_supports_all`),
      active: flag(`num_of_obj${number}_supports_active`),
    },
  });
  const type = Number(getField(bytes, LAYOUT, 'segment_type'));
  return { type, name: segmentName(textAt(bytes, 4), type), index1: index(1), index2: index(2) };
}

/** A name goes into keys of items and into messages: what is no plain word is not taken over. */
function segmentName(text: string, type: number): string {
  return /^[A-Za-z][A-Za-z0-9_ -]*$/.test(text) ? text : numberName(type);
}

function numberName(type: number): string {
  return `0x${type.toString(16)}`;
}

function textAt(bytes: Uint8Array, start: number): string {
  const field = bytes.subarray(start, start + 16);
  const end = field.indexOf(0);
  const codes = [...field.subarray(0, end < 0 ? field.length : end)];
  return codes.every((code) => code >= 0x20 && code < 0x7f) ? String.fromCharCode(...codes).trim() : '';
}
