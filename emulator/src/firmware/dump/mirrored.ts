import { objectQueries } from '../objects/objectQuery.ts';
import type { ContextSource } from './dumpSource.ts';

/** A dump type whose payload is the outbox of a public command: by the same code, so both hold the same bytes. */
export function mirrored(query: string): ContextSource {
  const command = objectQueries.get(query);
  if (command === undefined) throw new Error(`there is no query ${query} to mirror`);
  return {
    kind: 'context',
    ids: (inventory) => command.ids(inventory),
    length: () => command.outBytes,
    fill: (objects, index1, _, payload) => command.write(objects, index1, payload),
  };
}
