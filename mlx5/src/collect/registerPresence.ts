import { getField, type RegisterLayout, readBits, registerByName } from '../prm/index.ts';
import type { Item } from './item.ts';
import type { RegisterSession } from './registerSession.ts';

/** - `unknown`: nothing tells; reading the register is the question */
export type Presence = 'present' | 'absent' | 'unknown';

/** A register that says by a mask of 128 bits which registers of a range of ids exist. */
interface CapabilityMask {
  readonly register: string;
  readonly firstId: number;
  readonly lastId: number;
  /** Group of the first id. */
  readonly firstGroup: number;
  /** Bit of the general capability page that says that this register exists; without one it is tried. */
  readonly gate?: string;
  /** The mask's field: four words, the most significant first. */
  readonly mask: string;
}

const MASKS: readonly CapabilityMask[] = [
  {
    register: 'MCAM',
    firstId: 0x9000,
    lastId: 0x91ff,
    firstGroup: 0,
    gate: 'mcam_reg',
    mask: 'mng_access_reg_cap_mask',
  },
  {
    register: 'PCAM',
    firstId: 0x5000,
    lastId: 0x507f,
    firstGroup: 0,
    gate: 'pcam_reg',
    mask: 'port_access_reg_cap_mask',
  },
  // Groups above 0 continue as MCAM's do [inferred].
  {
    register: 'PCAM',
    firstId: 0x5080,
    lastId: 0x51ff,
    firstGroup: 1,
    gate: 'pcam_reg',
    mask: 'port_access_reg_cap_mask',
  },
  {
    register: 'QCAM',
    firstId: 0x4000,
    lastId: 0x407f,
    firstGroup: 0,
    gate: 'qcam_reg',
    mask: 'qos_access_reg_cap_mask',
  },
  {
    register: 'SBCAM',
    firstId: 0xb000,
    lastId: 0xb07f,
    firstGroup: 0,
    gate: 'sbcam_reg',
    mask: 'sb_access_reg_cap_mask',
  },
  { register: 'CWCAM', firstId: 0x2800, lastId: 0x287f, firstGroup: 0, mask: 'cw_access_reg_cap_mask' },
  { register: 'MPCAM', firstId: 0x9700, lastId: 0x977f, firstGroup: 14, mask: 'mng_access_reg_cap_mask' },
];
const IDS_IN_GROUP = 128;

/** Bits of the general capability page that stand for single registers. */
const GENERAL_GATES: Readonly<Record<string, string>> = {
  DTOR: 'dtor',
  ROCE_ACCL: 'roce_accl',
  MCAM: 'mcam_reg',
  PCAM: 'pcam_reg',
  QCAM: 'qcam_reg',
  SBCAM: 'sbcam_reg',
};

/** Bits of NIC_CAP_REG that stand for single registers. */
const NIC_CAP_GATES: Readonly<Record<string, string>> = {
  VHCA_ICM_CTRL: 'vhca_icm_ctrl',
  NIC_CAP_EXT_REG: 'nic_cap_ext_reg',
  ADP_RETX_HISTOGRAM: 'adp_retx_histogram',
  ADP_RETX_HISTOGRAM_CONFIG: 'adp_retx_histogram',
  HOST_OS_INIT_CTRL: 'host_os_init_ctrl_reg',
};

/** Asks whether the device has a register, by its capability masks and bits; those answers are items like any other. */
export function* presenceOf(session: RegisterSession, register: RegisterLayout): Generator<Item, Presence> {
  const known = session.presence.get(register.name);
  if (known !== undefined) return known;
  const found: Presence = yield* findPresence(session, register);
  session.presence.set(register.name, found);
  return found;
}

function* findPresence(session: RegisterSession, register: RegisterLayout): Generator<Item, Presence> {
  const gate = GENERAL_GATES[register.name];
  if (gate !== undefined) return presence(yield* session.general(gate));
  const bit = NIC_CAP_GATES[register.name];
  if (bit !== undefined) {
    const answer: Uint8Array | undefined = yield* session.read('NIC_CAP_REG', {});
    return presence(answer && Number(getField(answer, 'nic_cap_reg_ext', bit)));
  }
  const mask = MASKS.find(({ firstId, lastId }) => register.id >= firstId && register.id <= lastId);
  return mask === undefined || mask.register === register.name
    ? 'unknown'
    : yield* presenceInMask(session, mask, register);
}

function* presenceInMask(
  session: RegisterSession,
  { register: name, firstId, firstGroup, gate, mask }: CapabilityMask,
  { id }: RegisterLayout,
): Generator<Item, Presence> {
  if (gate !== undefined && presence(yield* session.general(gate)) === 'absent') return 'unknown';
  const group = firstGroup + Math.floor((id - firstId) / IDS_IN_GROUP);
  const answer: Uint8Array | undefined = yield* session.read(name, { access_reg_group: group, feature_group: 0 });
  if (answer === undefined) return 'unknown';
  const number = (id - firstId) % IDS_IN_GROUP;
  // Bit 0 is the least significant bit of the last word.
  const word = 3 - Math.floor(number / 32);
  const bits = Number(getField(answer, layoutName(name), `${mask}[${word}]`));
  return presence((bits >>> (number % 32)) & 1);
}

function layoutName(register: string): string {
  return registerByName(register)?.layout ?? register;
}

function presence(bit: number | undefined): Presence {
  if (bit === undefined) return 'unknown';
  return bit === 0 ? 'absent' : 'present';
}

/** Start of the 128-bit feature mask in PCAM, `0x28`. */
const PORT_FEATURES_BIT = 0x28 * 8;

/** A bit of PCAM's feature mask by its name in `pcam_enhanced_features`. */
export function* portFeature(session: RegisterSession, bit: number): Generator<Item, Presence> {
  const answer: Uint8Array | undefined = yield* session.read('PCAM', { access_reg_group: 0, feature_group: 0 });
  return presence(answer && readBits(answer, PORT_FEATURES_BIT + bit, 1));
}
