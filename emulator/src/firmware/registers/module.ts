import { readEeprom } from '../state/moduleEeprom.ts';
import { moduleOf } from '../state/moduleIdentity.ts';
import type { Port } from '../state/port.ts';
import { refuse } from '../status.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** MCIA.status. */
const eepromStatus = { OK: 0, NO_EEPROM: 1, NOT_SUPPORTED: 2, NOT_CONNECTED: 3, I2C_ERROR: 9 } as const;
const I2C_ADDRESS = 0x50;
const MCIA_DATA = 0x10;
const MCIA_MOST = 128;

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
      const port = portOf(access);
      const osfp = port.mode.mbps >= 400_000;
      return { module_type: osfp ? 15 : 1, module_width: osfp ? 8 : 4 };
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
  if (size === 0 || size > MCIA_MOST) return refuse('BAD_PARAM', 'MCIA.size');
  const port = portOf(access);
  if (moduleOf(card, port) === undefined) return { status: eepromStatus.NOT_CONNECTED };
  if (field('i2c_device_address') !== I2C_ADDRESS) return { status: eepromStatus.I2C_ERROR };
  const memory = readEeprom(card, port, first < 128 ? 0 : field('page_number'), field('bank_number'));
  if (memory === undefined || first + size > memory.length) return { status: eepromStatus.NOT_SUPPORTED };
  output.set(memory.subarray(first, first + size), MCIA_DATA);
  return { status: eepromStatus.OK };
}

/** Port n has module n - 1. */
function portOf({ card, field }: RegisterAccess): Port {
  const port = card.ports[field('module')];
  if (port === undefined) throw new Error('the module was not checked');
  return port;
}
