import type { RegisterRow } from './registerRow.ts';

const port = { local_port: 'port' } as const;
const module = { module: 'module' } as const;

/** What a first look at a card wants to know. Rows are read in this order; which of the registers a device has is asked
 * first (registerPresence.ts). The row of MCIA is the start of a walk through the pages that the module
 * has (moduleEeprom.ts).
 *
 * Left out on purpose: SLRG and SLRED (eye measurements can disturb the link), PPRT and PPTT (test modes), everything
 * that the guard does not class as a read. */
export const STANDARD_SET: readonly RegisterRow[] = [
  // Identity
  { register: 'MGIR', always: true },
  { register: 'MSGI', always: true },
  { register: 'SET_NODE' },
  { register: 'HOST_ENDIANNESS' },
  { register: 'NIC_CAP_REG' },
  { register: 'MDIR' },

  // Which registers and features there are
  { register: 'MCAM', index: { access_reg_group: [0, 1, 2, 3], feature_group: 0 }, probe: true },
  { register: 'PCAM', index: { access_reg_group: 0, feature_group: [0, 1] }, probe: true },
  { register: 'QCAM', index: { access_reg_group: 0, feature_group: 0 }, probe: true },
  { register: 'SBCAM', index: { access_reg_group: 0, feature_group: 0 }, probe: true },

  // Versions, firmware components, reset state
  { register: 'MCQS', index: { component_index: 'component' } },
  { register: 'MCQI', index: { component_index: 'component', info_type: [0, 1], data_size: 124 }, probe: true },
  { register: 'MFRL' },
  { register: 'MROQ', index: { reset_type: [0, 1] }, probe: true },
  { register: 'MIRC' },
  { register: 'MGLS' },
  { register: 'MSCI' },
  { register: 'DTOR' },

  // Time
  { register: 'MTUTC' },
  { register: 'MRTC' },
  { register: 'MTPPS' },
  { register: 'MTPTM' },

  // Port state
  { register: 'PAOS', index: port },
  { register: 'PTYS', index: { ...port, proto_mask: 4 }, when: { portType: 'Ethernet' } },
  { register: 'PTYS', index: { ...port, proto_mask: 1 }, when: { portType: 'InfiniBand' } },
  { register: 'PMTU', index: port },
  { register: 'PCAP', index: port, when: { portType: 'InfiniBand' } },
  { register: 'PMLP', index: port },
  { register: 'PFCC', index: port, when: { portType: 'Ethernet' } },
  { register: 'PPLR', index: port },
  { register: 'PCMR', index: port, when: { portType: 'Ethernet' } },
  { register: 'PPAOS', index: port },
  { register: 'PGUID', index: port },
  { register: 'PMDR', index: port },
  { register: 'MLCR', index: port },

  // Port counters
  { register: 'PPCNT', index: { grp: [0x0, 0x1, 0x2, 0x3, 0x5], ...port }, when: { portType: 'Ethernet' } },
  {
    register: 'PPCNT',
    index: { grp: 0x6, ...port },
    when: { portType: 'Ethernet', portFeature: 'ppcnt_discard_group' },
  },
  { register: 'PPCNT', index: { grp: 0x10, ...port, prio_tc: 'priority' }, when: { portType: 'Ethernet' } },
  { register: 'PPCNT', index: { grp: 0x11, ...port, prio_tc: 'trafficClass' }, when: { portType: 'Ethernet' } },
  {
    register: 'PPCNT',
    index: { grp: 0x13, ...port, prio_tc: 'trafficClass' },
    when: { portType: 'Ethernet' },
    probe: true,
  },
  { register: 'PPCNT', index: { grp: 0x12, ...port } },
  { register: 'PPCNT', index: { grp: 0x16, ...port }, when: { portFeature: 'ppcnt_statistical_group' } },
  { register: 'PPCNT', index: { grp: [0x1a, 0x22, 0x23], ...port }, probe: true },
  { register: 'PPCNT', index: { grp: [0x20, 0x21], ...port }, when: { portType: 'InfiniBand' } },
  { register: 'PPCNT', index: { grp: [0x25, 0x26], ...port }, when: { portType: 'InfiniBand' }, probe: true },

  // PHY and FEC
  { register: 'PDDR', index: { ...port, page_select: [0x0, 0x1, 0x2] } },
  { register: 'PDDR', index: { ...port, page_select: 0x3, module_info_ext: 1 } },
  { register: 'PDDR', index: { ...port, page_select: [0x6, 0x8, 0x9, 0xb] }, probe: true },
  { register: 'PPLM', index: port },
  { register: 'PPHCR', index: port },
  { register: 'PPRM', index: port },
  { register: 'PTASv2', index: port },
  { register: 'SLTP', index: { ...port, lane: 'lane' } },
  { register: 'PRTL', index: port },

  // Module
  { register: 'PMAOS', index: module },
  { register: 'PMTM', index: module },
  { register: 'MCIA', index: module },
  { register: 'PMMP', index: module },

  // PCI Express
  { register: 'MPEIN' },
  { register: 'MPIR' },
  { register: 'MPCNT', index: { grp: 0x0 } },
  { register: 'MPCNT', index: { grp: [0x3, 0x4] }, probe: true },
  { register: 'MPEGC' },

  // Temperature and voltage
  { register: 'MTCAP' },
  { register: 'MTMP', index: { sensor_index: 'sensor' } },
  { register: 'MTMP', index: { sensor_index: 'moduleSensor' }, probe: true },
  { register: 'MVCAP' },

  // Buffers and quality of service
  { register: 'PBMC', index: port },
  { register: 'PPTB', index: port },
  { register: 'SBPR', index: { dir: [0, 1], pool: 'pool' } },
  { register: 'SBCM', index: { ...port, dir: [0, 1], pg_buff: 'portGroupBuffer' } },
  { register: 'QPTS', index: port, when: { portType: 'Ethernet' } },
  { register: 'QPDPM', index: port, when: { portType: 'Ethernet' } },
  { register: 'QTCT', index: { ...port, switch_prio: 'priority' }, when: { portType: 'Ethernet' } },
  {
    register: 'QEEC',
    index: { ...port, element_hierarchy: 3, element_index: 'trafficClass' },
    when: { portType: 'Ethernet' },
  },
  { register: 'DCBX_PARAM', index: { port_number: 'port' }, when: { portType: 'Ethernet' } },
  { register: 'ROCE_ACCL' },
];
