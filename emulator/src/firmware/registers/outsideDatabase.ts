import { type Refusal, refuse } from '../status.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** Registers that the register database has not, of what the kernel's headers and the mlx5ctl tool say of them; and one
 * that is in no public document, as any card has some: a client that is told its number and length may read it.
 * @source reference 5.1, mlx5_ifc.h. What UNDOCUMENTED is and reports is invented */
export const registersOutsideDatabase: readonly RegisterRow[] = [
  {
    name: 'PUDE',
    outsideDatabase: { id: 0x5009, layout: 'pude_reg' },
    read(access) {
      const local_port = access.field('local_port');
      const port = access.card.ports[local_port - 1];
      if (port === undefined) return refuse('BAD_PARAM', 'PUDE.local_port');
      return { local_port, admin_status: port.adminUp ? 1 : 2, oper_status: port.up ? 1 : 2 };
    },
  },
  {
    name: 'MTPPSE',
    outsideDatabase: { id: 0x9054, layout: 'mtppse_reg' },
    read: ({ field }) => (field('pin') < 2 ? { pin: field('pin') } : refuse('BAD_PARAM', 'MTPPSE.pin')),
  },
  {
    // The older edition of the database has its name and length, nothing has its fields.
    name: 'MTWE',
    outsideDatabase: { id: 0x900b, layout: 'words_16' },
    read: () => ({}),
  },
  {
    name: 'RCR',
    outsideDatabase: { id: 0xc00f, layout: 'rcr_reg' },
    read: () => ({ health_severity_bitmask_valid: 1, health_severity_bitmask: 0b111 }),
  },
  {
    name: 'UNDOCUMENTED',
    outsideDatabase: { id: 0x90f3, layout: 'words_48' },
    read: undocumented,
  },
];

const PORT_BYTE = 1;

/** Reports the port that it was asked for, and 11 words of its own. */
function undocumented({ card, input, output }: RegisterAccess): Record<string, never> | Refusal {
  const port = input[PORT_BYTE] ?? 0;
  if (port > card.ports.length) return refuse('BAD_PARAM', 'UNDOCUMENTED port');
  output[PORT_BYTE] = port;
  for (let at = 4; at < output.length; at += 4) output.set([0xc0, 0xde, port, at], at);
  return {};
}
