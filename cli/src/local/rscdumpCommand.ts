import type { ResourceDumpSpec } from '@nicdiag/mlx5';
import { UsageError } from '../exitCodes.ts';
import type { LocalCommand } from './localCommand.ts';
import { MOST_NUMBER, numberWithin } from './numbers.ts';

type ResourceDump = ResourceDumpSpec['resourceDump'];

const MODES = ['Auto', 'Inline', 'Memory'] as const;
const ID = /^0x[0-9a-f]+$/i;

/** `nicdiag rscdump [SEGMENT...]`: the menu, or segments of a resource dump. */
export const rscdumpCommand: LocalCommand = {
  name: 'rscdump',
  description: "read segments of a resource dump; without one the device's menu of them",
  declare: (command) =>
    command
      .argument('[segment...]', 'by name or id as in the menu, e.g. FULL_QPC 0x1000')
      .option('--index1 <numbers>', 'first index: numbers, ranges, all or active')
      .option('--index2 <numbers>', 'second index')
      .option('--follow <number>', 'references to other segments to follow', '0')
      .option('--mode <mode>', 'Inline, 208 bytes a command; Memory, by registered memory; or Auto', 'Auto'),
  request(segments, { index1, index2, follow, mode }) {
    if (segments.length === 0 && (index1 !== undefined || index2 !== undefined)) {
      throw new UsageError('name the segment that --index1 and --index2 are of');
    }
    const resourceDump: ResourceDump = {
      segments: segments.map((segment) => ({
        ...(ID.test(segment) ? { id: segment } : { name: segment.toUpperCase() }),
        ...(typeof index1 === 'string' ? { index: index1 } : {}),
        ...(typeof index2 === 'string' ? { index2 } : {}),
      })),
      mode: modeOf(mode),
      followReferences: numberWithin('--follow', follow, { least: 0, most: MOST_NUMBER }),
    };
    return {
      spec: { name: 'rscdump', type: 'ResourceDump', resourceDump },
      // The menu is read before every dump; it is shown when it is all that was asked for.
      ...(segments.length === 0 ? {} : { shows: ({ name }) => name !== 'MENU' }),
    };
  },
};

function modeOf(text: unknown): NonNullable<ResourceDump['mode']> {
  const mode = MODES.find((known) => known === text);
  if (mode === undefined) throw new UsageError(`--mode must be one of ${MODES.join(', ')}, not ${String(text)}`);
  return mode;
}
