import { type Attribute, attributeNumber, attributeText } from './attributes.ts';
import { malformed } from './netlinkError.ts';

/** What a driver says in devlink's own notation: objects, lists, texts, numbers (above 2^53 − 1 as decimal text), `true`
 * and `false` as texts, bytes in hex. */
export type FmsgValue = number | string | FmsgObject | readonly FmsgValue[];
export interface FmsgObject {
  readonly [name: string]: FmsgValue;
}

/** @source include/uapi/linux/devlink.h */
export const FMSG = { OBJECT: 107, PAIR: 108, ARRAY: 109, END: 110, NAME: 111, VALUE_TYPE: 112, VALUE: 113 } as const;

/** Types of values, which are netlink's own. A flag has one byte. */
export const FMSG_VALUE = { U8: 1, U16: 2, U32: 3, U64: 4, FLAG: 6, TEXT: 10, BINARY: 11 } as const;

/** Drivers nest a few levels. */
const MAX_DEPTH = 32;

/** Something that is open: an object collects named values, a pair values of its name, a list its elements. */
interface Nest {
  readonly type: number;
  name: string;
  readonly values: FmsgValue[];
  readonly names: string[];
  /** Bytes that came in a row, which are one value. */
  readonly binary: Uint8Array[];
}

/** Reads a flat list of what opens, closes, names and values. What a part of a longer list leaves open or closes in
 * excess is let pass.
 * @returns everything named on the outermost level; values without a name there are in `values`
 * @throws NetlinkError for values that are none, or too many levels */
export function decodeFmsg(items: Iterable<Attribute>): FmsgObject {
  const root = createNest(FMSG.OBJECT);
  const open: Nest[] = [root];
  let valueType = 0;

  function top(): Nest {
    return open.at(-1) ?? root;
  }

  function close(): void {
    if (open.length === 1) return;
    const nest = open.pop();
    if (nest === undefined) return;
    const value = nestValue(nest);
    if (nest.type === FMSG.PAIR) addNamed(top(), nest.name, value);
    else if (top() === root && isObject(value)) {
      for (const [name, each] of Object.entries(value)) addNamed(root, name, each);
    } else add(top(), value);
  }

  for (const item of items) {
    switch (item.type) {
      case FMSG.OBJECT:
      case FMSG.PAIR:
      case FMSG.ARRAY:
        if (open.length > MAX_DEPTH) throw malformed(`more than ${MAX_DEPTH} levels of nests`);
        open.push(createNest(item.type));
        break;
      case FMSG.END:
        close();
        break;
      case FMSG.NAME:
        top().name = attributeText(item);
        break;
      case FMSG.VALUE_TYPE:
        valueType = Number(attributeNumber(item));
        break;
      case FMSG.VALUE:
        if (valueType === FMSG_VALUE.BINARY) top().binary.push(item.payload);
        else add(top(), scalar(valueType, item));
        break;
    }
  }
  while (open.length > 1) close();
  const value = nestValue(root);
  return isObject(value) ? value : {};
}

function createNest(type: number): Nest {
  return { type, name: '', values: [], names: [], binary: [] };
}

function scalar(type: number, item: Attribute): FmsgValue {
  if (type === FMSG_VALUE.TEXT) return attributeText(item);
  if (type === FMSG_VALUE.FLAG) return attributeNumber(item) === 0 ? 'false' : 'true';
  return attributeNumber(item);
}

function add(nest: Nest, value: FmsgValue): void {
  if (nest.type === FMSG.OBJECT) addNamed(nest, 'values', value);
  else nest.values.push(value);
}

function addNamed(nest: Nest, name: string, value: FmsgValue): void {
  if (nest.type !== FMSG.OBJECT) {
    nest.values.push(Object.fromEntries([[name, value]]));
    return;
  }
  nest.names.push(name);
  nest.values.push(value);
}

function nestValue({ type, values, names, binary }: Nest): FmsgValue {
  if (binary.length > 0) {
    const text = binary.map((bytes) => Buffer.from(bytes).toString('hex')).join('');
    if (type === FMSG.OBJECT) return objectOf([...names, 'values'], [...values, text]);
    return values.length === 0 ? text : [...values, text];
  }
  if (type === FMSG.OBJECT) return objectOf(names, values);
  const [only, ...others] = values;
  return type === FMSG.PAIR && only !== undefined && others.length === 0 ? only : values;
}

/** A name that comes more than once has a list. */
function objectOf(names: readonly string[], values: readonly FmsgValue[]): FmsgObject {
  const found = new Map<string, FmsgValue[]>();
  for (const [at, name] of names.entries()) {
    const value = values[at];
    if (value === undefined) continue;
    const list = found.get(name);
    if (list === undefined) found.set(name, [value]);
    else list.push(value);
  }
  return Object.fromEntries([...found].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? '') : list]));
}

function isObject(value: FmsgValue): value is FmsgObject {
  return typeof value === 'object' && !Array.isArray(value);
}
