import type { Item } from '@nicdiag/mlx5/decode';
import type { ItemDecoder } from '../spool/itemDecoder.ts';
import { itemFailure } from './itemLine.ts';

/** `decoded.json`: one object, its items one a line, streamed.
 *
 *     {"layoutVersion":"…","items":[
 *     {"key":"…","name":"…","decoded":{…}},
 *     {"key":"…","name":"…","error":"…"}
 *     ]}
 *
 * An item that firmware refused, or that does not fit its layout, stands there with `error`: nothing is left out. */
export async function* decodedJson<D>(
  items: AsyncIterable<Item>,
  decoder: ItemDecoder<D>,
): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(`{"layoutVersion":${JSON.stringify(decoder.layoutVersion)},"items":[`);
  let separator = '\n';
  for await (const item of items) {
    const { key, name } = item;
    const result = decodeOne(item, decoder);
    const entry = 'error' in result ? { key, name, error: result.error } : { key, name, decoded: result.decoded };
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
    const result = decodeOne(item, decoder);
    const body = 'error' in result ? `  (${result.error})` : decoder.formatText(result.decoded).trimEnd();
    yield Buffer.from(`${item.key}\n${body}\n\n`);
  }
}

type DecodeResult<D> = { readonly decoded: D } | { readonly error: string };

function decodeOne<D>(item: Item, decoder: ItemDecoder<D>): DecodeResult<D> {
  if (item.outcome !== 'ok') {
    const { outcome, status, syndrome, errno } = itemFailure(item, decoder.statusName);
    return { error: [outcome, errno ?? status, syndrome && `syndrome ${syndrome}`].filter(Boolean).join(' ') };
  }
  try {
    return { decoded: decoder.decodeItem(item) };
  } catch (error) {
    return { error: `cannot be decoded: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** 64-bit values are bigint in memory and decimal text in JSON. */
function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
