import type { LocalCommand } from './localCommand.ts';

/** `nicdiag host`: what the host's kernel tells of a device. */
export const hostCommand: LocalCommand = {
  name: 'host',
  description: 'show what the kernel tells of a device: PCI tree, AER, interrupts, counters, driver, kernel log',
  declare: (command) => command,
  request: () => ({ spec: { name: 'host', type: 'HostState' } }),
};
