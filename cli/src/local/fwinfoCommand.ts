import type { LocalCommand } from './localCommand.ts';

/** `nicdiag fwinfo`: what `mstfwmanager` and `mstflint query` show. */
export const fwinfoCommand: LocalCommand = {
  name: 'fwinfo',
  description: 'show identity, versions, components, security state and uptime of the firmware',
  declare: (command) => command,
  request: () => ({ spec: { name: 'fwinfo', type: 'FirmwareInfo' } }),
};
