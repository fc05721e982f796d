/** What a field of a register of an emulated host must be, set down by hand. */
export interface Golden {
  /** Node and PCI address, as in a bundle's paths. */
  readonly device: string;
  readonly item: string;
  /** Field by its path in `decoded.json`. */
  readonly path: string;
  /** Where the register's documentation has it: offset of a big-endian 32-bit word, lowest bit in it, width. */
  readonly at: readonly [word: number, lowestBit: number, width: number];
  /** What the host's description (emulator/profiles) says, in the register's units. */
  readonly value: number;
}

const LINK_UP = 5;
const POLLING = 2;

/** Positions are those of the registers' documentation, values those of the profiles. Neither comes from the layouts that
 * emulator and decoder share: a wrong bit there would cancel out. */
const fields: Readonly<Record<string, readonly (readonly [string, string, Golden['at'], number])[]>> = {
  'gpu-a/0000:03:00.0': [
    ['MGIR', 'hw_info.device_id', [0x00, 0, 16], 0x1021],
    ['MGIR', 'hw_info.hw_dev_id', [0x08, 0, 16], 0x218],
    ['MGIR', 'hw_info.manufacturing_base_mac_47_32', [0x10, 0, 16], 0xb83f],
    ['MGIR', 'hw_info.manufacturing_base_mac_31_0', [0x14, 0, 32], 0xd20a0010],
    ['MGIR', 'fw_info.major', [0x20, 16, 8], 28],
    ['MGIR', 'fw_info.minor', [0x20, 8, 8], 42],
    ['MPEIN', 'bdf0', [0x14, 16, 16], 0x0300],
    ['MPEIN', 'link_width_active', [0x0c, 16, 8], 16],
    ['MPEIN', 'link_speed_active', [0x0c, 0, 16], 1 << 5],
    ['MPEIN', 'pci_power', [0x1c, 0, 12], 75],
    ['MTCAP', 'sensor_count', [0x00, 0, 7], 2],
    ['PAOS{local_port=1}', 'local_port', [0x00, 16, 8], 1],
    ['PAOS{local_port=1}', 'oper_status', [0x00, 0, 4], 1],
    ['PAOS{local_port=1}', 'physical_state_status', [0x04, 4, 4], LINK_UP],
    ['PMLP{local_port=1}', 'width', [0x00, 0, 8], 4],
    ['PMLP{local_port=1}', 'lane_module_mapping.2.tx_lane', [0x0c, 16, 4], 2],
    ['PMLP{local_port=1}', 'lane_module_mapping.3.rx_lane', [0x10, 24, 4], 3],
    // OSFP.
    ['PMTM{module=0}', 'module_type', [0x04, 0, 5], 15],
    // Units of 100 Mb/s; bit 16 is 400GAUI-4.
    ['PTYS{local_port=1,proto_mask=0x4}', 'data_rate_oper', [0x04, 0, 16], 4000],
    ['PTYS{local_port=1,proto_mask=0x4}', 'ext_eth_proto_oper', [0x20, 0, 32], 1 << 16],
  ],
  'gpu-a/0000:83:00.0': [
    ['MPEIN', 'bdf0', [0x14, 16, 16], 0x8300],
    // NDR, 4x.
    ['PTYS{local_port=1,proto_mask=0x1}', 'ib_proto_oper', [0x28, 0, 16], 0x80],
    ['PTYS{local_port=1,proto_mask=0x1}', 'ib_link_width_oper', [0x28, 16, 16], 4],
  ],
  'gpu-b/0000:17:00.0': [
    ['MGIR', 'hw_info.manufacturing_base_mac_31_0', [0x14, 0, 32], 0xd20b0010],
    ['MPEIN', 'bdf0', [0x14, 16, 16], 0x1700],
    // Bit 12 is 200GAUI-4.
    ['PTYS{local_port=1,proto_mask=0x4}', 'data_rate_oper', [0x04, 0, 16], 2000],
    ['PTYS{local_port=1,proto_mask=0x4}', 'ext_eth_proto_oper', [0x20, 0, 32], 1 << 12],
  ],
  'gpu-b/0000:98:00.0': [
    ['PAOS{local_port=1}', 'oper_status', [0x00, 0, 4], 2],
    ['PAOS{local_port=1}', 'physical_state_status', [0x04, 4, 4], POLLING],
    ['PTYS{local_port=1,proto_mask=0x4}', 'ext_eth_proto_oper', [0x20, 0, 32], 0],
    // QSFP.
    ['PMTM{module=0}', 'module_type', [0x04, 0, 5], 1],
  ],
};

export const goldenFields: readonly Golden[] = Object.entries(fields).flatMap(([device, rows]) =>
  rows.map(([item, path, at, value]) => ({ device, item, path, at, value })),
);

/** The bits at a documented position of a register's bytes. */
export function bitsAt(register: Uint8Array, [word, lowestBit, width]: Golden['at']): number {
  const value = new DataView(register.buffer, register.byteOffset, register.byteLength).getUint32(word);
  return (value >>> lowestBit) % 2 ** width;
}
