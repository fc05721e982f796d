import { readEeprom } from '../state/moduleEeprom.ts';
import { moduleOf } from '../state/moduleIdentity.ts';
import { cageOf } from '../state/moduleKinds.ts';
import type { Port } from '../state/port.ts';
import { refuse } from '../status.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** MCIA.status. */
const eepromStatus = { OK: 0, NO_EEPROM: 1, NOT_SUPPORTED: 2, NOT_CONNECTED: 3, I2C_ERROR: 9 } as const;
/** Identity and, of an SFP, diagnostics. */
const I2C_IDENTITY = 0x50;
const I2C_DIAGNOSTICS = 0x51;
const MCIA_DATA = 0x10;
const MCIA_MOST = 128;
const MCIA_MOST_BEFORE_IT_GREW = 48;

/** Modules and their memory (reference 12.8). */
export const moduleRegisters: readonly RegisterRow[] = [
  {
    name: 'PMAOS',
    writable: true,
    read: (access) => ({ oper_status: portOf(access).cablePlugged ? 1 : 2, admin_status: 1, e: 1, error_type: 0 }),
  },
  {
    name: 'PMTM',
    read: (access) => {
      const kind = cageOf(access.card.model.cage, portOf(access).mode);
      return { module_type: kind.moduleType, module_width: kind.cageLanes };
    },
  },
  {
    name: 'PMMP',
    harmless: ['override_target', 'apply_im', 'els_trigger_mode', 'eeprom_override_mask', 'set_laser_operation'],
    read: () => ({ eeprom_override: 0, cable_length: 0, module_type: 0 }),
  },
  {
    name: 'PMPR',
    read: () => ({
      attenuation_5g: 4,
      attenuation_7g: 5,
      attenuation_12g: 7,
      attenuation_25g: 10,
      attenuation_53g: 16,
    }),
  },
  {
    name: 'MCIA',
    // 48 bytes of data: the register before it grew.
    shortForm: 64,
    harmless: ['pnv', 'bg_mode', 'passwd_length', 'password'],
    read: readMcia,
  },
];

function readMcia(access: RegisterAccess): ReturnType<RegisterRow['read']> {
  const { card, field, output } = access;
  const size = field('size');
  const first = field('device_address');
  const most = card.model.missing?.longForms?.includes('MCIA') === true ? MCIA_MOST_BEFORE_IT_GREW : MCIA_MOST;
  if (size === 0 || size > most) return refuse('BAD_PARAM', 'MCIA.size');
  const port = portOf(access);
  const module = moduleOf(card, port);
  if (module === undefined) return { status: eepromStatus.NOT_CONNECTED };
  const i2cAddress = field('i2c_device_address');
  // Only an SFP listens to a second address.
  const isHeard = i2cAddress === I2C_IDENTITY || (module.memory === 'sff8472' && i2cAddress === I2C_DIAGNOSTICS);
  if (!isHeard) return { status: eepromStatus.I2C_ERROR };
  const memory = readEeprom(card, port, {
    i2cAddress,
    page: first < 128 ? 0 : field('page_number'),
    bank: field('bank_number'),
  });
  if (memory === undefined || first + size > memory.length) return { status: eepromStatus.NOT_SUPPORTED };
  output.set(memory.subarray(first, first + size), MCIA_DATA);
  return { status: eepromStatus.OK };
}

/** Port n has module n - 1. */
function portOf({ card, field }: RegisterAccess): Port {
  const port = card.cages[field('module')];
  if (port === undefined) throw new Error('the module was not checked');
  return port;
}
