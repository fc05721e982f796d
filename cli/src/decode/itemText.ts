import { type DecodedItem, decodeItem, formatText, type Item } from '@nicdiag/mlx5/decode';

/** An item that could not be decoded, in the shape of those that could. */
export type Undecoded = Pick<Item, 'key' | 'name'> & {
  readonly error: { readonly name: 'NotDecoded'; readonly text: string };
};

/** A register that this version has no layout for is shown as such; its raw bytes are in the file. */
export function decodeOr(item: Item): DecodedItem | Undecoded {
  try {
    return decodeItem(item);
  } catch (error) {
    const text = `cannot be decoded: ${error instanceof Error ? error.message : String(error)}`;
    return { key: item.key, name: item.name, error: { name: 'NotDecoded', text } };
  }
}

/** An item for people: its key, and below it what it says. */
export function itemText(item: Item): string {
  const decoded = decodeOr(item);
  const text = 'fields' in decoded ? formatText(decoded) : decoded.error.text;
  const lines = text.trimEnd().split('\n');
  return `${item.key}\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
}
