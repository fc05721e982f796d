import { layoutOf } from '@nicdiag/mlx5/prm';

export interface CapabilityType {
  readonly type: number;
  readonly name: string;
  readonly layout: string;
  readonly bytes: number;
}

/** Capability types whose layout is known, by number (reference: QUERY_HCA_CAP). */
const rows: readonly (readonly [number, string, string])[] = [
  [0x0, 'GENERAL', 'cmd_hca_cap'],
  [0x1, 'ETHERNET_OFFLOADS', 'per_protocol_networking_offload_caps'],
  [0x2, 'ODP', 'odp_cap'],
  [0x3, 'ATOMIC', 'atomic_caps'],
  [0x4, 'ROCE', 'roce_cap'],
  [0x5, 'IPOIB_OFFLOADS', 'per_protocol_networking_offload_caps'],
  [0x6, 'IPOIB_ENHANCED_OFFLOADS', 'per_protocol_networking_offload_caps'],
  [0x7, 'FLOW_TABLE', 'flow_table_nic_cap'],
  [0x8, 'ESWITCH_FLOW_TABLE', 'flow_table_eswitch_cap'],
  [0x9, 'ESWITCH', 'e_switch_cap'],
  [0xb, 'VECTOR_CALC', 'vector_calc_cap'],
  [0xc, 'QOS', 'qos_cap'],
  [0xd, 'DEBUG', 'debug_cap'],
  [0xf, 'DEV_MEM', 'device_mem_cap'],
  [0x11, 'TLS', 'tls_cap'],
  [0x13, 'VDPA_EMULATION', 'virtio_emulation_cap'],
  [0x14, 'DEV_EVENT', 'device_event_cap'],
  [0x15, 'IPSEC', 'ipsec_cap'],
  [0x1f, 'MACSEC', 'macsec_cap'],
  [0x20, 'GENERAL_2', 'cmd_hca_cap_2'],
  [0x25, 'PORT_SELECTION', 'port_selection_cap'],
  [0x26, 'ADV_VIRTUALIZATION', 'adv_virtualization_cap'],
];

export const capabilityTypes: ReadonlyMap<number, CapabilityType> = new Map(
  rows.map(([type, name, layout]) => [type, { type, name, layout, bytes: layoutOf(layout).bytes }]),
);
