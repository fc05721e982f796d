import type { LocalCommand } from './localCommand.ts';

/** `nicdiag health`: whether a card is well. */
export const healthCommand: LocalCommand = {
  name: 'health',
  description: 'show whether a card is well: firmware, health reporters, temperatures, PCIe errors, modules',
  declare: (command) =>
    command
      .option('--dump', 'take the dumps of the health reporters too (Intrusive)')
      .option('--devlink-socket <socket>', "unix socket that speaks devlink's netlink messages (default: netlink)"),
  request: (_args, { dump, devlinkSocket }) => ({
    spec: { name: 'health', type: 'Health', health: { dump: dump === true } },
    ...(typeof devlinkSocket === 'string' ? { devlink: { socket: devlinkSocket } } : {}),
  }),
};
