import type { Item } from '../../collect/item.ts';
import type { DecodedFields, DecodedItem, DecodedValue } from '../decodedItem.ts';
import { decodeItem } from '../decodeItem.ts';

/** The items of a report by name and index, decoded when they are first asked for. */
export interface FoundItems {
  /** The first item of that name, answered with OK, whose index has these values. What is missing is found empty. */
  find(name: string, index?: Readonly<Record<string, number>>): FoundFields;
  /** All of them, in the order in which they were read. */
  all(name: string, index?: Readonly<Record<string, number>>): readonly FoundItem[];
}

export interface FoundItem {
  readonly item: Item;
  readonly fields: FoundFields;
}

/** Fields of a decoded item by path, such as `lane_module_mapping[2].module`; undefined for what is not there. */
export interface FoundFields {
  /** 64-bit values that no number holds exactly come as the nearest. */
  number(path: string): number | undefined;
  /** As in the decoded item: decimal text above 2^53. */
  value(path: string): number | string | undefined;
  /** The meaning of the value, where it has one. */
  text(path: string): string | undefined;
  /** The fields below a path. */
  below(path: string): FoundFields;
}

export function foundItems(items: readonly Item[]): FoundItems {
  const decoded = new Map<Item, FoundFields>();
  const fieldsOf = (item: Item): FoundFields => {
    const known = decoded.get(item) ?? foundFields(decodeItem(item));
    decoded.set(item, known);
    return known;
  };
  const matches = (item: Item, name: string, index: Readonly<Record<string, number>>): boolean =>
    item.name === name &&
    item.outcome === 'ok' &&
    Object.entries(index).every(([field, value]) => item.index[field] === value);
  return {
    find(name, index = {}) {
      const item = items.find((candidate) => matches(candidate, name, index));
      return item === undefined ? NOTHING : fieldsOf(item);
    },
    all: (name, index = {}) =>
      items.filter((item) => matches(item, name, index)).map((item) => ({ item, fields: fieldsOf(item) })),
  };
}

const NOTHING: FoundFields = {
  number: () => undefined,
  value: () => undefined,
  text: () => undefined,
  below: () => NOTHING,
};

function foundFields(decoded: Pick<DecodedItem, 'fields' | 'texts'>, prefix = ''): FoundFields {
  const { fields, texts } = decoded;
  const value = (path: string): number | string | undefined => {
    const found = valueAt(fields, prefix + path);
    return typeof found === 'object' ? undefined : found;
  };
  return {
    value,
    number(path) {
      const found = value(path);
      return found === undefined ? undefined : Number(found);
    },
    text: (path) => texts[prefix + path],
    below: (path) => foundFields(decoded, `${prefix}${path}.`),
  };
}

function valueAt(fields: DecodedFields, path: string): DecodedValue | undefined {
  let found: DecodedValue | undefined = fields;
  for (const part of path.split(/[.[\]]+/)) {
    if (part === '') continue;
    if (typeof found !== 'object') return undefined;
    found = isList(found) ? found[Number(part)] : found[part];
  }
  return found;
}

function isList(value: DecodedFields | readonly DecodedValue[]): value is readonly DecodedValue[] {
  return Array.isArray(value);
}
