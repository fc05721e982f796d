import type { Card } from '../card.ts';
import type { RegisterRow } from './registerRow.ts';

const REVISION = 'A3';

/** Who the device is. */
export const identityRegisters: readonly RegisterRow[] = [
  {
    name: 'MGIR',
    read: ({ card, context }) => {
      const [major, minor, subMinor] = firmwareVersion(card);
      const mac = macParts(card);
      const [year, month, day] = card.model.firmwareDate.split('-');
      return {
        'hw_info.device_id': context.profile.type === 'PF' ? card.model.pciDeviceId : card.model.vfPciDeviceId,
        'hw_info.device_hw_revision': card.model.hwRevision,
        'hw_info.num_ports': card.cages.length,
        'hw_info.technology': 5,
        'hw_info.hw_dev_id': card.model.hwDevId,
        'hw_info.manufacturing_base_mac_47_32': mac.high,
        'hw_info.manufacturing_base_mac_31_0': mac.low,
        'hw_info.uptime': Math.floor(card.uptimeSeconds()),
        'fw_info.major': major,
        'fw_info.minor': minor,
        'fw_info.sub_minor': subMinor & 0xff,
        'fw_info.secured': isProtected(card, 'secured'),
        'fw_info.signed_fw': isProtected(card, 'signed'),
        'fw_info.string_tlv': 1,
        'fw_info.build_id': 0,
        'fw_info.year': bcd(year),
        'fw_info.month': bcd(month),
        'fw_info.day': bcd(day),
        'fw_info.hour': 0x1432,
        'fw_info.psid': psidOf(card),
        'fw_info.ini_file_version': 3,
        'fw_info.extended_major': major,
        'fw_info.extended_minor': minor,
        'fw_info.extended_sub_minor': subMinor,
        'fw_info.life_cycle': 2,
        'fw_info.sec_boot': isProtected(card, 'secureBoot'),
        'fw_info.encryption': isProtected(card, 'encrypted'),
        'sw_info.rom0_type': 1,
        'sw_info.rom0_arch': 1,
        'sw_info.rom0_version.major': 3,
        'sw_info.rom0_version.minor': 7,
        'sw_info.rom0_version.build': 500,
        'dev_info.dev_branch_tag': '',
      };
    },
  },
  {
    name: 'MSGI',
    read: ({ card }) => ({
      serial_number: card.profile.serialNumber,
      part_number: card.model.partNumber,
      revision: REVISION,
      product_name: card.model.productName,
    }),
  },
  {
    // Linux calls 0x6001 NODE_DESC: the text that subnet managers and `ibstat` show.
    name: 'SET_NODE',
    writable: true,
    read: ({ card }) => ({ node_description: `${card.model.family} ${card.profile.serialNumber}` }),
  },
  { name: 'HOST_ENDIANNESS', writable: true, read: () => ({ he: 0 }) },
  {
    name: 'MDIR',
    read: ({ card }) => ({
      device_id: Array.from({ length: 8 }, (_, at) => Math.floor(card.random(`device id ${at}`) * 2 ** 32)),
    }),
  },
];

export function firmwareVersion(card: Card): [major: number, minor: number, subMinor: number] {
  const [major = 0, minor = 0, subMinor = 0] = (card.profile.firmwareVersion ?? card.model.firmwareVersion)
    .split('.')
    .map(Number);
  return [major, minor, subMinor];
}

export function psidOf(card: Card): string {
  return card.profile.psid ?? card.model.psid;
}

export function macParts(card: Card): { high: number; low: number } {
  const digits = card.profile.baseMac.replaceAll(':', '');
  return { high: Number.parseInt(digits.slice(0, 4), 16), low: Number.parseInt(digits.slice(4), 16) };
}

function isProtected({ model }: Card, how: NonNullable<Card['model']['security']>[number]): number {
  return model.security?.includes(how) === false ? 0 : 1;
}

/** Two decimal digits a byte: firmware gives dates so. */
function bcd(digits: string | undefined): number {
  return Number.parseInt(digits ?? '0', 16);
}
