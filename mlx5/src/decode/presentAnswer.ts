import { type DecodedStruct, decodeStruct, layoutOf, readBits } from '../prm/index.ts';
import type { DecodedFields } from './decodedItem.ts';
import { type Collected, type Place, presentAt } from './present.ts';

/** The header of an outbox; the frame has it. */
const HEADER_FIELDS = new Set(['status', 'syndrome', 'opcode', 'op_mod']);

/** Names and values of a QUERY command's answer, without its header.
 * @throws LayoutError for a layout that there is not */
export function presentAnswer(layout: string, outbox: Uint8Array, place: Place, collected: Collected): DecodedFields {
  const bytes = layout === FLOW_TABLE_ENTRY ? outbox.subarray(0, layoutOf(layout).bytes) : outbox;
  const fields = presentAt(withoutHeader(decodeStruct(layout, bytes)), place, collected);
  return layout === FLOW_TABLE_ENTRY ? { ...fields, ...flowLists(outbox, place, collected) } : fields;
}

function withoutHeader(decoded: DecodedStruct): DecodedStruct {
  return { ...decoded, fields: decoded.fields.filter(({ name }) => !HEADER_FIELDS.has(name)) };
}

const FLOW_TABLE_ENTRY = 'query_fte_out';
/** Bits of flow_context, 64 bytes into the answer. */
const CONTEXT_BIT = 64 * 8;

/** Behind the context of a flow table entry stand its destinations, then its counters. Their entries have 8 bytes, 16
 * with `extended_destination`.
 * @source PRM flow_context; Linux mlx5_cmd_set_fte builds it so */
function flowLists(outbox: Uint8Array, { path, byte }: Place, collected: Collected): DecodedFields {
  const { bytes: start } = layoutOf(FLOW_TABLE_ENTRY);
  if (outbox.length <= start) return {};
  const field = (name: string): number => {
    const { bit = 0, width = 0 } = layoutOf('flow_context').byName.get(name) ?? {};
    return readBits(outbox, CONTEXT_BIT + bit, width);
  };
  const extended = field('extended_destination') === 1;
  const size = extended ? 16 : 8;
  const room = Math.floor((outbox.length - start) / size);
  const destinations = Math.min(field('destination_list_size'), room);
  const counters = Math.min(field('flow_counter_list_size'), room - destinations);
  const list = (name: string, layout: string, from: number, count: number): readonly DecodedFields[] =>
    Array.from({ length: count }, (_, at) => {
      const place = start + (from + at) * size;
      const bytes = outbox.subarray(place, place + size);
      return presentAt(
        decodeStruct(layout, bytes),
        { path: `${path === '' ? '' : `${path}.`}${name}[${at}]`, byte: byte + place },
        collected,
      );
    });
  return {
    destination: list('destination', extended ? 'extended_dest_format' : 'dest_format_struct', 0, destinations),
    flow_counter: list('flow_counter', 'flow_counter_list', destinations, counters),
  };
}
