import { COMMANDS_ONLY, type CollectContext, type Collector } from './collector.ts';
import type { Item } from './item.ts';
import { readRows } from './readRows.ts';
import type { RegisterRow } from './registerRow.ts';
import { createRegisterSession } from './registerSession.ts';
import type { LinkDiagnosticsSpec } from './spec.ts';

const port = { local_port: 'port' } as const;
const module = { module: 'module' } as const;

/** What mstlink asks about a link, for each port. Latched flags are left out, of the module's memory (moduleMemory.ts)
 * and of PDDR (page 9), which firmware fills by reading them. */
const LINK_ROWS: readonly RegisterRow[] = [
  { register: 'MGIR', always: true },
  { register: 'MSGI', always: true },

  { register: 'PAOS', index: port },
  { register: 'PTYS', index: { ...port, proto_mask: 4 }, when: { portType: 'Ethernet' } },
  { register: 'PTYS', index: { ...port, proto_mask: 1 }, when: { portType: 'InfiniBand' } },
  { register: 'PMTU', index: port },
  { register: 'PMLP', index: port },
  { register: 'PPLR', index: port },
  { register: 'PPAOS', index: port },

  { register: 'PDDR', index: { ...port, page_select: [0x0, 0x1, 0x2] } },
  { register: 'PDDR', index: { ...port, page_select: 0x3, module_info_ext: 1 } },
  { register: 'PDDR', index: { ...port, page_select: [0x6, 0x8, 0xb] }, probe: true },

  { register: 'PPLM', index: port },
  { register: 'PPHCR', index: port },
  { register: 'PPCNT', index: { grp: 0x12, ...port } },
  { register: 'PPCNT', index: { grp: 0x16, ...port }, when: { portFeature: 'ppcnt_statistical_group' } },
  { register: 'PPCNT', index: { grp: [0x1a, 0x22, 0x23], ...port }, probe: true },
  { register: 'PPCNT', index: { grp: 0x21, ...port }, when: { portType: 'InfiniBand' } },
  { register: 'SLTP', index: { ...port, lane: 'lane' } },
  { register: 'PRTL', index: port },

  { register: 'PMAOS', index: module },
  { register: 'PMTM', index: module },
  { register: 'MTMP', index: { sensor_index: 'moduleSensor' }, probe: true },
  { register: 'MCIA', index: module },

  { register: 'MPEIN' },
  { register: 'MPCNT', index: { grp: 0x0 } },
];

/** Eye openings or figures of merit. On SerDes of 16 nm and older the read itself measures, which can disturb the link;
 * on later ones it returns what firmware last measured, as long as no measurement is asked for. */
const EYE_ROWS: readonly RegisterRow[] = [{ register: 'SLRG', index: { ...port, lane: 'lane' } }];

/** Of a card with two ports. */
const COMMANDS = 110;
const BYTES_A_COMMAND = 500;

/** Reads what tells why a link is down, slow or bad. */
export function createLinkDiagnostics(spec: LinkDiagnosticsSpec): Collector {
  const eye = spec.linkDiagnostics?.eye === true;
  const rows = eye ? [...LINK_ROWS, ...EYE_ROWS] : LINK_ROWS;

  function* collect(context: CollectContext): Generator<Item, void> {
    const session = createRegisterSession(context);
    yield* readRows(session, rows, false);
    session.conclude();
  }

  return {
    type: 'LinkDiagnostics',
    impact: eye ? 'DebugWrite' : 'ReadOnly',
    needs: COMMANDS_ONLY,
    estimate: () => ({ commands: COMMANDS, bytes: COMMANDS * BYTES_A_COMMAND }),
    collect,
  };
}
