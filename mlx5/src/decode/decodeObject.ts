import { allObjectTypes, LayoutError } from '../prm/index.ts';
import type { Collected, Presentation } from './present.ts';
import { presentAnswer } from './presentAnswer.ts';

/** Names and values of an object's context.
 * @param outbox the whole answer to its QUERY command
 * @throws LayoutError for a type that this version has not */
export function decodeObject(type: string, outbox: Uint8Array): Presentation {
  const object = allObjectTypes().get(type);
  if (object === undefined) throw new LayoutError('UnknownLayout', `there is no object type ${type}`);
  const texts: Record<string, string> = {};
  const unknown: Record<string, string> = {};
  const collected: Collected = { texts, unknown };
  return { fields: presentAnswer(object.out, outbox, { path: '', byte: 0 }, collected), texts, unknown };
}
