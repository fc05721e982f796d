import { type Condition, parseCondition } from './condition.ts';
import { LayoutError } from './layoutError.ts';
import { type LayoutTable, readLayoutTable } from './layoutTable.ts';

/** INDEX selects what is read, OP modifies the operation; the rest as its letters say. */
export type Access = 'INDEX' | 'OP' | 'RO' | 'RW' | 'WO';

/** Named values of a field, both ways. */
export interface Enumeration {
  readonly nameOf: ReadonlyMap<number, string>;
  readonly valueOf: ReadonlyMap<string, number>;
}

export interface LayoutField {
  readonly name: string;
  /** Position of element 0, counted from the most significant bit of byte 0 of the layout. */
  readonly bit: number;
  /** Width of one element. */
  readonly width: number;
  /** Number of array elements; undefined for a single field, `'open'` for as many as the buffer holds. */
  readonly count: number | 'open' | undefined;
  /** Path of the field that holds the element count of an open array. */
  readonly countFrom: readonly string[] | undefined;
  /** Name of the nested layout; undefined for a number. */
  readonly layout: string | undefined;
  readonly access: Access | undefined;
  readonly enumeration: Enumeration | undefined;
  /** For a field whose layout is a union: path of the selecting field, searched from the node that has this field up. */
  readonly selector: readonly string[] | undefined;
  /** For a member of a union: the selecting field's enum name. */
  readonly selectedBy: string | undefined;
  /** For a member of a conditional union. */
  readonly condition: Condition | undefined;
}

export interface Layout {
  readonly name: string;
  readonly bytes: number;
  /** - `selected`: members by the enum name of a selecting field
   * - `conditional`: members by an expression
   * - `plain`: a C union, nothing says which member is meant */
  readonly union: 'selected' | 'conditional' | 'plain' | undefined;
  readonly fields: readonly LayoutField[];
  readonly byName: ReadonlyMap<string, LayoutField>;
  /** Per 32-bit word the bits that no field covers (a short last word is aligned to bit 31). For a union, and for an
   * array of open length, what is covered depends on the bytes: they count as reserved here. */
  readonly reserved: Uint32Array;
}

interface StoredField {
  readonly n: string;
  readonly bit: number;
  readonly w: number;
  readonly k?: number;
  readonly t?: string;
  readonly a?: string;
  readonly us?: string;
  readonly sb?: string;
  readonly c?: string;
  readonly sc?: string;
  readonly e?: Readonly<Record<string, number>>;
}
interface StoredLayout {
  readonly bytes: number;
  readonly union?: 'selected' | 'conditional' | 'plain';
  readonly fields: readonly StoredField[];
}

/** Tables in the order in which they are searched. */
const TABLES = [
  'registerNodes',
  'commandStructs',
  // Entries of queues, and replies whose length the header's arrays of length 0 cannot tell.
  'moreStructs',
] as const;
const tables = new Map<string, LayoutTable>();
const compiled = new Map<string, Layout>();

/** The layout of a register node (`ppcnt_reg_ext`) or command structure (`query_issi_out`) by its documented name.
 * @throws LayoutError `UnknownLayout` */
export function layoutOf(name: string): Layout {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  let stored: StoredLayout | undefined;
  for (const table of TABLES) stored ??= tableOf(table).get(name) as StoredLayout | undefined;
  if (stored === undefined) {
    throw new LayoutError('UnknownLayout', `there is no layout named "${name}" in the register database or mlx5_ifc.h`);
  }
  const layout = new CompiledLayout(name, stored);
  compiled.set(name, layout);
  return layout;
}

/** Names of the layouts that are generated: the register database's nodes, then the command structures. */
export function layoutNames(): {
  readonly registerNodes: readonly string[];
  readonly commandStructs: readonly string[];
} {
  return { registerNodes: tableOf('registerNodes').names, commandStructs: tableOf('commandStructs').names };
}

function tableOf(name: (typeof TABLES)[number]): LayoutTable {
  const table = tables.get(name) ?? readLayoutTable(name);
  tables.set(name, table);
  return table;
}

/** A class, so that layouts have one shape, too. */
class CompiledLayout implements Layout {
  readonly name: string;
  readonly bytes: number;
  readonly union: Layout['union'];
  readonly fields: readonly LayoutField[];
  readonly byName: ReadonlyMap<string, LayoutField>;
  #reserved: Uint32Array | undefined;

  constructor(name: string, stored: StoredLayout) {
    this.name = name;
    this.bytes = stored.bytes;
    this.union = stored.union;
    this.fields = stored.fields.map(compileField);
    this.byName = new Map(this.fields.map((field) => [field.name, field]));
  }

  // Only decoding asks for it, and a lane does not decode.
  get reserved(): Uint32Array {
    this.#reserved ??= reservedBits(this.bytes, this.union === undefined ? this.fields : []);
    return this.#reserved;
  }
}

/** Every field has every member, also those that are undefined: objects of one shape, which decoding reads much faster. */
function compileField(stored: StoredField): LayoutField {
  return {
    name: stored.n,
    bit: stored.bit,
    width: stored.w,
    count: stored.k === 0 ? 'open' : stored.k,
    countFrom: stored.sc?.split('.'),
    // uint64 is a pseudo node of two words, high word first: one 64-bit number.
    layout: stored.t === 'uint64' ? undefined : stored.t,
    access: stored.a as Access | undefined,
    enumeration: stored.e && compileEnumeration(stored.e),
    selector: stored.us?.split('.'),
    selectedBy: stored.sb,
    condition: stored.c === undefined ? undefined : parseCondition(stored.c),
  };
}

function compileEnumeration(names: Readonly<Record<string, number>>): Enumeration {
  const nameOf = new Map<number, string>();
  for (const [name, value] of Object.entries(names)) {
    if (!nameOf.has(value)) nameOf.set(value, name);
  }
  return { nameOf, valueOf: new Map(Object.entries(names)) };
}

function reservedBits(bytes: number, fields: readonly LayoutField[]): Uint32Array {
  const reserved = allBits(bytes * 8);
  for (const { bit, width, count = 1 } of fields) {
    if (count !== 'open') coverBits(reserved, bit, bit + width * count);
  }
  return reserved;
}

/** A mask with `length` bits set, in 32-bit words from the top. */
export function allBits(length: number): Uint32Array {
  const mask = new Uint32Array(Math.ceil(length / 32)).fill(0xffff_ffff);
  if (length % 32 !== 0) mask[mask.length - 1] = 0xffff_ffff << (32 - (length % 32));
  return mask;
}

/** Takes the bits from `bit` to before `end` off a mask of reserved bits. */
export function coverBits(reserved: Uint32Array, bit: number, end: number): void {
  for (let at = bit; at < end; ) {
    const take = Math.min(32 - (at & 31), end - at);
    const mask = take === 32 ? 0xffff_ffff : ((1 << take) - 1) << (32 - (at & 31) - take);
    reserved[at >>> 5] = (reserved[at >>> 5] ?? 0) & ~mask;
    at += take;
  }
}
