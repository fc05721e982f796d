import { allObjectTypes, type DecodedStruct, decodeStruct, LayoutError } from '../prm/index.ts';
import { type Presentation, present } from './present.ts';

/** The header of an outbox; the frame has it. */
const HEADER_FIELDS = new Set(['status', 'syndrome', 'opcode', 'op_mod']);

/** Names and values of an object's context.
 * @param outbox the whole answer to its QUERY command
 * @throws LayoutError for a type that this version has not */
export function decodeObject(type: string, outbox: Uint8Array): Presentation {
  const object = allObjectTypes().get(type);
  if (object === undefined) throw new LayoutError('UnknownLayout', `there is no object type ${type}`);
  return present(withoutHeader(decodeStruct(object.out, outbox)));
}

/** A QUERY command's answer without its header. */
export function withoutHeader(decoded: DecodedStruct): DecodedStruct {
  return { ...decoded, fields: decoded.fields.filter(({ name }) => !HEADER_FIELDS.has(name)) };
}
