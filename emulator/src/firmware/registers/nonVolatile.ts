import { getWord, setBits } from '../layout/bits.ts';
import { type AccessMode, accessMode, type NvConfiguration } from '../state/nvConfiguration.ts';
import { refuse } from '../status.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** Words of MNVDA. */
const TYPE = 4;
const DATA = 0xc;
const HEADER = 'configuration_item_header';
/** writer_id: mstconfig. */
const WRITTEN_BY_MSTCONFIG = 9;

/** Non-volatile configuration: items by type, as delivered, in force, from the next reset on. A read changes nothing. */
export const nonVolatileRegisters: readonly RegisterRow[] = [
  {
    name: 'MNVQC',
    read: ({ card, field }) => {
      const { nvConfiguration } = card;
      const type = field('type');
      const there = nvConfiguration.bytesOf(type) !== undefined;
      return { support_rd: there ? 1 : 0, support_wr: there && nvConfiguration.isWritable(type) ? 1 : 0, version: 0 };
    },
  },
  {
    name: 'MNVGC',
    read: () => ({ nvda_read_factory_settings: 1, nvda_read_current_settings: 1, priv_nv_other_host: 0 }),
  },
  {
    name: 'MNVDA',
    writable: true,
    // What is written is an item of the configuration, not a setting of the register.
    kept: [],
    checks: {
      [`${HEADER}.access_mode`]: (value) => value <= accessMode.FACTORY,
      [`${HEADER}.host_id_valid`]: (value) => value === 0,
    },
    read: readItem,
    wrote: writeItem,
  },
  {
    // The log is empty: reading past its end gives nothing, and says so by the length.
    name: 'MGNLE',
    read: () => ({ lost_events: 0, synced_time: 1, 'configuration_item_header.length': 0 }),
  },
];

function readItem(access: RegisterAccess): ReturnType<RegisterRow['read']> {
  const { card, field, input, output } = access;
  const type = getWord(input, TYPE);
  const bytes = card.nvConfiguration.bytesOf(type);
  // A length is what the client has room for [inferred].
  if (bytes === undefined || (field(`${HEADER}.length`) !== 0 && field(`${HEADER}.length`) < bytes)) {
    return refuse('BAD_PARAM', 'MNVDA.type');
  }
  const words = card.nvConfiguration.read(type, modeOf(access));
  if (words === undefined) return refuse('NO_RESOURCES', 'MNVDA: no such item is stored');
  setBits(output, TYPE * 8, 32, type);
  for (const [at, word] of words.entries()) setBits(output, (DATA + 4 * at) * 8, 32, word);
  return {
    [`${HEADER}.length`]: bytes,
    [`${HEADER}.rd_en`]: 1,
    [`${HEADER}.writer_id`]: isChanged(card.nvConfiguration, type) ? WRITTEN_BY_MSTCONFIG : 0,
  };
}

function writeItem(access: RegisterAccess): ReturnType<NonNullable<RegisterRow['wrote']>> {
  const { card, input, field } = access;
  const type = getWord(input, TYPE);
  const bytes = card.nvConfiguration.bytesOf(type);
  const next = modeOf(access) === accessMode.NEXT;
  if (bytes === undefined || !next || !card.nvConfiguration.isWritable(type) || field(`${HEADER}.length`) !== bytes) {
    return refuse('BAD_PARAM', 'MNVDA.type');
  }
  card.nvConfiguration.write(
    type,
    Array.from({ length: bytes / 4 }, (_, at) => getWord(input, DATA + 4 * at)),
  );
  return undefined;
}

/** Whether somebody has set the item since the card was delivered. */
function isChanged(nvConfiguration: NvConfiguration, type: number): boolean {
  const factory = nvConfiguration.read(type, accessMode.FACTORY) ?? [];
  return nvConfiguration.read(type, accessMode.NEXT)?.some((word, at) => word !== factory[at]) ?? false;
}

function modeOf({ field }: RegisterAccess): AccessMode {
  const mode = field(`${HEADER}.access_mode`);
  return mode === accessMode.CURRENT || mode === accessMode.FACTORY ? mode : accessMode.NEXT;
}
