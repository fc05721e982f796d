import type { LocalCommand } from './localCommand.ts';

/** `nicdiag link`: the page that mstlink shows. */
export const linkCommand: LocalCommand = {
  name: 'link',
  description: 'show why a link is as it is: state, speed, FEC, module, BER, PCIe',
  declare: (command) => command.option('--eye', 'measure eye openings or figures of merit too (DebugWrite)'),
  request: (_args, { eye }) => ({
    spec: { name: 'link', type: 'LinkDiagnostics', linkDiagnostics: { eye: eye === true } },
  }),
};
