import type { LocalCommand } from './localCommand.ts';
import { MOST_NUMBER, numberWithin } from './numbers.ts';

/** `nicdiag obj TYPE [IDS]`: contexts of firmware objects. */
export const objCommand: LocalCommand = {
  name: 'obj',
  description: 'read contexts of firmware objects by their QUERY commands',
  declare: (command) =>
    command
      .argument('<type>', 'as in QUERY_<type>, e.g. QP')
      .argument('[ids]', 'numbers, ranges such as 0x100-0x1ff, several by commas, or all that a resource dump reveals')
      .option('--limit <number>', 'objects that are asked for at most'),
  request([type = '', ids], { limit }) {
    const most = limit === undefined ? undefined : numberWithin('--limit', limit, { least: 1, most: MOST_NUMBER });
    const object = {
      type: type.toUpperCase(),
      ...(ids === undefined ? {} : { ids }),
      ...(most === undefined ? {} : { limit: most }),
    };
    return {
      spec: { name: 'obj', type: 'ObjectDump', objectDump: { objects: [object] } },
      shows: ({ kind }) => kind === 'object',
    };
  },
};
