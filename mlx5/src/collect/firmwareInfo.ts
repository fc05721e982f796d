import { COMMANDS_ONLY, type CollectContext, type Collector } from './collector.ts';
import type { Item } from './item.ts';
import { ADAPTER_READ } from './itemReader.ts';
import { readRows } from './readRows.ts';
import type { RegisterRow } from './registerRow.ts';
import { createRegisterSession } from './registerSession.ts';

/** Bytes of information that one MCQI answer holds. */
const INFO_BYTES = 124;

/** Who the card is and what runs on it. */
const FIRMWARE_ROWS: readonly RegisterRow[] = [
  { register: 'MGIR', always: true },
  { register: 'MSGI', always: true },
  { register: 'MDIR' },
  { register: 'MFSV', index: { index: 0 }, probe: true },

  // Components: what there is, what runs, what waits for a reset.
  { register: 'MCQS', index: { component_index: 'component' } },
  {
    register: 'MCQI',
    index: { component_index: 'component', info_type: [0, 1, 5, 6], data_size: INFO_BYTES },
    probe: true,
  },
  {
    register: 'MCQI',
    index: { component_index: 'component', read_pending_component: 1, info_type: 1, data_size: INFO_BYTES },
    probe: true,
  },
  // Images of a DPU: ATF, UEFI, BMC, CEC, bundle, BSP, golden ones.
  { register: 'MISOC', index: { type: [0, 1, 2, 3, 5, 7, 8, 9] }, probe: true },
  { register: 'MSCI', index: { index: 0 }, probe: true },

  // Resets: what is waited for, which there are, why the last one was.
  { register: 'MFRL' },
  { register: 'MROQ', index: { reset_type: [0, 1] }, probe: true },
  { register: 'MIRC' },
  { register: 'MRSI', index: { device: 0 }, probe: true },

  { register: 'MTUTC' },
  { register: 'MRTC' },
  { register: 'MTMP', index: { sensor_index: 0 }, probe: true },
];

const COMMANDS = 50;
const BYTES_A_COMMAND = 350;

/** Reads identity, versions and components, security state, resets and time. */
export function createFirmwareInfo(): Collector {
  function* collect(context: CollectContext): Generator<Item, void> {
    const session = createRegisterSession(context);
    yield* session.take(ADAPTER_READ);
    yield* readRows(session, FIRMWARE_ROWS, false);
    session.conclude();
  }

  return {
    type: 'FirmwareInfo',
    impact: 'ReadOnly',
    needs: COMMANDS_ONLY,
    estimate: () => ({ commands: COMMANDS, bytes: COMMANDS * BYTES_A_COMMAND }),
    collect,
  };
}
