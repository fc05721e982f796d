import { UsageError } from '../exitCodes.ts';
import type { LocalCommand } from './localCommand.ts';

const TYPES = ['Memory', 'General', 'QueuePair'] as const;

/** `nicdiag coredump`: memory of the card, by CORE_DUMP. */
export const coredumpCommand: LocalCommand = {
  name: 'coredump',
  description: 'dump the memory of the card (Intrusive, mlx5ctl only); -o raw gives the bytes',
  declare: (command) =>
    command.option(
      '--type <type>',
      'Memory; General or QueuePair, which need the tracer and say what to run',
      'Memory',
    ),
  request: (_, { type }) => ({ spec: { name: 'coredump', type: 'CoreDump', coreDump: { type: typeOf(type) } } }),
};

function typeOf(text: unknown): (typeof TYPES)[number] {
  const type = TYPES.find((known) => known === text);
  if (type === undefined) throw new UsageError(`--type must be one of ${TYPES.join(', ')}, not ${String(text)}`);
  return type;
}
