import type { Item } from '@nicdiag/mlx5/decode';
import type { ItemDecoder } from '../spool/itemDecoder.ts';

/** `decoded.json`: one object, its items one a line, streamed.
 *
 *     {"layoutVersion":"…","items":[
 *     {"key":"PPCNT{grp=0x0}","name":"PPCNT","outcome":"ok","fields":{…},…},
 *     {"key":"PDDR{…}","name":"PDDR","outcome":"refused","error":{"name":"BAD_PARAM","text":"…"},…}
 *     ]}
 *
 * An item that firmware refused stands there with its error, and so does one that its layout does not fit: nothing is
 * left out. */
export async function* decodedJson<D>(
  items: AsyncIterable<Item>,
  decoder: ItemDecoder<D>,
): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(`{"layoutVersion":${JSON.stringify(decoder.layoutVersion)},"items":[`);
  let separator = '\n';
  for await (const item of items) {
    const { decoded, error } = decode(item, decoder);
    const entry = error === undefined ? decoded : undecoded(item, error);
    yield Buffer.from(separator + JSON.stringify(entry, jsonNumber));
    separator = ',\n';
  }
  yield Buffer.from('\n]}\n');
}

/** `text.txt`: the same for people. */
export async function* decodedText<D>(
  items: AsyncIterable<Item>,
  decoder: ItemDecoder<D>,
): AsyncGenerator<Uint8Array, void> {
  for await (const item of items) {
    const { decoded, error } = decode(item, decoder);
    const text = decoded === undefined ? `not decoded: ${error}` : decoder.formatText(decoded);
    const indented = text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}\n`);
    yield Buffer.from(`${item.key}\n${indented.join('')}\n`);
  }
}

type Decoding<D> =
  | { readonly decoded: D; readonly error?: never }
  | { readonly decoded?: never; readonly error: string };

function decode<D>(item: Item, decoder: ItemDecoder<D>): Decoding<D> {
  try {
    return { decoded: decoder.decodeItem(item) };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** In the shape of the decoder's own items. */
function undecoded({ key, name, kind, index, outcome }: Item, text: string): object {
  return { key, name, kind, index, outcome, error: { name: 'NotDecoded', text } };
}

/** 64-bit values that a decoder leaves as bigint are decimal text in JSON. */
function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
