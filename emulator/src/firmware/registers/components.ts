import { layoutOf } from '@nicdiag/mlx5/prm';
import type { Card } from '../card.ts';
import { refuse } from '../status.ts';
import { firmwareVersion } from './identity.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** Updatable parts, by component_index. `identifier` as in MCQS. */
const components = [
  { identifier: 1, name: 'BOOT_IMG', bytes: 16 * 1024 * 1024 },
  { identifier: 6, name: 'CS_TOKEN', bytes: 4096 },
  { identifier: 7, name: 'DBG_TOKEN', bytes: 4096 },
] as const;

const BOOT_IMAGE = 1;
const PRESENT = 1;
const IN_USE = 2;
const ACTIVE = 3;
const INFO_DATA = 0x18;
const INFO_CAPABILITIES = 0;
const INFO_VERSION = 1;
const INFO_ACTIVATION = 5;

const exists = (value: number): boolean => value < components.length;

/** Firmware components, resets and timeouts. */
export const componentRegisters: readonly RegisterRow[] = [
  {
    name: 'MCQS',
    checks: { component_index: exists },
    read: ({ field }) => {
      const index = field('component_index');
      return {
        identifier: components[index]?.identifier ?? 0,
        last_index_flag: index === components.length - 1 ? 1 : 0,
        component_status: index === 0 ? IN_USE : PRESENT,
        component_update_state: index === 0 ? ACTIVE : 0,
      };
    },
  },
  // 24 bytes before the data for the register before it grew.
  { name: 'MCQI', shortForm: 24, checks: { component_index: exists }, read: readMcqi },
  { name: 'MCC', checks: { component_index: exists }, read: () => ({ control_state: 0 }) },
  {
    name: 'MFRL',
    read: () => ({ reset_trigger: 0, reset_type: 0b11, reset_state: 0 }),
    harmless: ['pci_sync_for_fw_update_resp'],
  },
  {
    name: 'MROQ',
    checks: { reset_type: (value) => value <= 1 },
    read: ({ field }) => ({
      query_is_valid: 1,
      reset_trigger: field('reset_type') === 0 ? 0b1000 : 0b1,
      pci_sync_for_fw_update_start: 0b11,
      pci_reset_req_method: 0b11,
    }),
  },
  { name: 'MRSI', checks: { device: (value) => value === 0 }, read: () => ({ reset_reason: 1 }) },
  { name: 'MIRC', read: () => ({ status_code: 0 }) },
  { name: 'MGLS', read: () => ({ bank_sn: 1, entries_in_last_bank: 0, entries_in_log: 0 }) },
  {
    name: 'MSCI',
    checks: { index: (value) => value < 1 },
    read: ({ card }) => ({ version: 0x01000000 + Math.floor(card.random('cpld version') * 64) }),
  },
  {
    // Only a DPU has images beside that of the NIC: ATF, UEFI and BSP here.
    name: 'MISOC',
    read: ({ card, field }) => {
      const version = card.model.images?.[field('type')];
      return version === undefined ? { query_not_available: 1 } : { version };
    },
  },
  {
    name: 'MVTS',
    read: (access) => versionStamp(access.card),
    harmless: ['check_timestamp_flag', 'clear_all_ts_flag'],
  },
  {
    name: 'MQIS',
    checks: { info_type: (value) => value === 1 || value === 2, read_offset: (value) => value === 0 },
    read: ({ card, field }) => {
      const text = field('info_type') === 1 ? card.model.partNumber : card.model.productName;
      return { info_length: text.length, read_length: Math.min(8, text.length), info_string: text.slice(0, 8) };
    },
  },
  {
    name: 'DTOR',
    read: timeouts,
  },
  {
    name: 'RCR',
    outsideDatabase: { id: 0xc00f, layout: 'rcr_reg' },
    read: () => ({ health_severity_bitmask_valid: 1, health_severity_bitmask: 0x0f }),
  },
  {
    name: 'NIC_CAP_REG',
    read: () => ({
      ec_time: 1,
      rcr: 1,
      vhca_icm_ctrl: 1,
      nic_cap_ext_reg: 0,
      total_icm: 0x40000,
      vhca_group_id_max: 0,
    }),
  },
  {
    name: 'VHCA_ICM_CTRL',
    checks: { vhca_id: (value) => value === 0 },
    read: ({ card }) => ({
      cur_alloc_icm: 0x2100 + Math.floor(64 * (1 + Math.sin(card.uptimeSeconds() / 50))),
      max_reached_alloc_icm: 0x2200,
      max_alloc_icm_th: 0x40000,
    }),
  },
];

function readMcqi({ card, field, part }: RegisterAccess): ReturnType<RegisterRow['read']> {
  const component = components[field('component_index')];
  if (component === undefined || field('offset') !== 0) return refuse('BAD_PARAM', 'MCQI.offset');
  // A token has no version.
  const isImage = component.identifier === BOOT_IMAGE;
  switch (field('info_type')) {
    case INFO_CAPABILITIES:
      part('mcqi_cap_ext', INFO_DATA, {
        supported_info_bitmask: (1 << INFO_CAPABILITIES) | (1 << INFO_ACTIVATION) | (isImage ? 1 << INFO_VERSION : 0),
        component_size: component.bytes,
        max_component_size: component.bytes,
        mcda_max_write_size: 128,
        log_mcda_word_size: 2,
        match_psid: 1,
        signed_updates_only: 1,
        rd_en: 0,
      });
      return { info_size: layoutOf('mcqi_cap_ext').bytes };
    case INFO_VERSION: {
      if (!isImage) return refuse('BAD_PARAM', 'MCQI.info_type');
      const [major, minor, subMinor] = firmwareVersion(card);
      const text = `${major}.${String(minor).padStart(2, '0')}.${subMinor}`;
      part('mcqi_version_ext', INFO_DATA, {
        version: ((major << 24) | (minor << 16) | subMinor) >>> 0,
        version_string_length: text.length,
        version_string: text,
      });
      return { info_size: layoutOf('mcqi_version_ext').bytes };
    }
    case INFO_ACTIVATION:
      part('mcqi_activation_method_ext', INFO_DATA, { pending_fw_reset: 1, pending_server_reboot: 1 });
      return { info_size: layoutOf('mcqi_activation_method_ext').bytes };
    default:
      return refuse('BAD_PARAM', 'MCQI.info_type');
  }
}

function versionStamp(card: Card): Record<string, number> {
  const [major, minor, subMinor] = firmwareVersion(card);
  return { running_flag: 1, fw_version_major: major, fw_version_minor: minor, fw_version_subminor: subMinor };
}

/** Multipliers: 0 ms, 1 s, 2 min, 3 h. */
function timeouts(): Record<string, number> {
  const seconds: Readonly<Record<string, number>> = {
    PCIE_TOGGLE_TO: 2,
    HEALTH_POLL_TO: 1,
    FULL_CRDUMP_TO: 60,
    FW_RESET_TO: 60,
    FLUSH_ON_ERR_TO: 2,
    PCI_SYNC_UPDATE_TO: 60,
    TEAR_DOWN_TO: 60,
    FSM_REACTIVATE_TO: 5,
    RECLAIM_PAGES_TO: 5,
    RECLAIM_VFS_PAGES_TO: 120,
    DRIVER_UNLOAD_AND_RESET_TO: 300,
  };
  return Object.fromEntries(
    Object.entries(seconds).flatMap(([name, value]) => [
      [`${name}.to_multiplier`, 1],
      [`${name}.to_value`, value],
    ]),
  );
}
