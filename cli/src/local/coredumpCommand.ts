import type { LocalCommand } from './localCommand.ts';

/** `nicdiag coredump`: memory of the card, by CORE_DUMP. */
export const coredumpCommand: LocalCommand = {
  name: 'coredump',
  description: 'dump the memory of the card (Intrusive, mlx5ctl only); -o raw gives the bytes',
  declare: (command) => command,
  request: () => ({ spec: { name: 'coredump', type: 'CoreDump', coreDump: { type: 'Memory' } } }),
};
