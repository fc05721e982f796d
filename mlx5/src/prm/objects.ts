import { type BitField, writeField } from './bits.ts';
import { fieldPosition } from './fieldPath.ts';
import { layoutOf } from './layout.ts';
import { readLayoutData } from './layoutData.ts';
import { MAILBOX_HEADER_BYTES } from './mailbox.ts';

/** Something of which a QUERY command tells the state. */
export interface ObjectType {
  /** The command's name without QUERY_, e.g. `QP`. */
  readonly type: string;
  readonly opcode: number;
  /** Layouts of inbox and outbox. */
  readonly in: string;
  readonly out: string;
  readonly outBytes: number;
  /** Input fields that make up the object's id, most significant first; none for what a function has once. */
  readonly id: readonly string[];
  /** What is asked for when nobody names ids. */
  readonly defaultIds?: string;
  /** Input fields that are not 0 unless somebody says otherwise. */
  readonly defaults: Readonly<Record<string, number>>;
  /** Names that resource dump menus have for the index that is this object's id. */
  readonly revealedBy: readonly string[];
}

type StoredObject = Omit<ObjectType, 'opcode' | 'outBytes' | 'defaults' | 'revealedBy'> & {
  readonly opcode: string;
  readonly outBytes?: number;
  readonly defaults?: ObjectType['defaults'];
  readonly revealedBy?: ObjectType['revealedBy'];
};

let objects: ReadonlyMap<string, ObjectType> | undefined;

/** Every object query whose layout is public.
 * @source PRM, QUERY_* commands */
export function allObjectTypes(): ReadonlyMap<string, ObjectType> {
  objects ??= new Map((readLayoutData('objects') as StoredObject[]).map((stored) => [stored.type, complete(stored)]));
  return objects;
}

function complete(stored: StoredObject): ObjectType {
  return {
    ...stored,
    opcode: Number(stored.opcode),
    outBytes: stored.outBytes ?? layoutOf(stored.out).bytes,
    defaults: stored.defaults ?? {},
    revealedBy: stored.revealedBy ?? [],
  };
}

/** Length of the inbox, header included. */
export function objectInLength({ in: layout }: ObjectType): number {
  return Math.max(MAILBOX_HEADER_BYTES, layoutOf(layout).bytes);
}

/** Input fields of the query that are a number of the caller's choice; not the command's own header. */
export function objectInputs({ in: layout }: ObjectType): ReadonlyMap<string, BitField> {
  const own = new Set(['opcode', 'op_mod', 'uid']);
  return new Map(
    layoutOf(layout)
      .fields.filter(({ name }) => !own.has(name))
      .map(({ name, bit, width }) => [name, { bit, width }]),
  );
}

/** Splits an id over the fields that make it up: `cong_status` has its priority in bits 7:4, its protocol in 3:0.
 * @returns undefined when the id does not fit */
export function idFields(type: ObjectType, id: number): Readonly<Record<string, number>> | undefined {
  const fields: [string, number][] = [];
  let rest = id;
  for (const name of type.id.toReversed()) {
    const { width } = fieldPosition(type.in, name);
    fields.unshift([name, rest % 2 ** width]);
    rest = Math.floor(rest / 2 ** width);
  }
  return rest === 0 ? Object.fromEntries(fields) : undefined;
}

/** Largest id that fits. */
export function largestId(type: ObjectType): number {
  const bits = type.id.reduce((sum, name) => sum + fieldPosition(type.in, name).width, 0);
  return 2 ** bits - 1;
}

/** @throws RangeError when a value does not fit its field */
export function writeObjectInputs(type: ObjectType, inbox: Uint8Array, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) writeField(inbox, fieldPosition(type.in, name), value);
}
