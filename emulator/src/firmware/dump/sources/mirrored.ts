import { objectQueries } from '../../objects/objectQuery.ts';
import type { ContextSource } from '../dumpSource.ts';

/** A dump type whose payload is the outbox of a public command: by the same code, so both hold the same bytes. */
export function mirrored(query: string): ContextSource {
  const command = objectQueries.get(query);
  if (command === undefined) throw new Error(`there is no query ${query} to mirror`);
  return {
    kind: 'context',
    ids: (objects) => command.ids(objects),
    length: (objects, index1) => command.length(objects, index1),
    fill: (objects, index1, _, payload) => command.fill(objects, index1, payload),
  };
}
