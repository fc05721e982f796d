import type { FunctionProfile } from '../../host/profile.ts';
import type { Card } from '../card.ts';
import { setBits } from '../layout/bits.ts';
import { type Leaf, leavesOf } from '../layout/leaves.ts';
import { structWriter } from '../layout/structWriter.ts';
import { type CapabilityType, capabilityTypes } from './capabilityTypes.ts';

/** What a model says about one capability type. */
export interface CapabilityValues {
  /** `all`: every one-bit field is set that is not in `except`; a list: those and no others. */
  readonly bits: 'all' | readonly string[];
  readonly except?: readonly string[];
  /** One-bit fields that are set in the maximum page only. */
  readonly maximumOnly?: readonly string[];
  /** Numbers by path; `*.name` is every nested field of that name. A pair is current and maximum. */
  readonly values: Readonly<Record<string, number | readonly [current: number, maximum: number]>>;
}

export interface CapabilityPages {
  /** @param mode 0 maximum, 1 current
   * @returns the page, or undefined for a type that the device does not offer */
  page(type: number, mode: number): Uint8Array | undefined;
}

/** diagnostic_cntr_layout: bit 31 says that the counter can be read in sync with others; the id is below. */
const SYNC_COUNTER = 0x8000_0000;

/** Pages are made at first use and never change: what firmware offers does not move with time. */
export function createCapabilityPages(card: Card, fn: FunctionProfile, vhcaId: number): CapabilityPages {
  const pages = new Map<string, Uint8Array>();

  function make(type: CapabilityType, values: CapabilityValues, mode: number): Uint8Array {
    const counters = type.name === 'DEBUG' ? card.model.diagnosticCounters : [];
    const bytes = new Uint8Array(type.bytes + 4 * counters.length);
    const write = structWriter(type.layout);
    for (const [at, id] of counters.entries()) setBits(bytes, (type.bytes + 4 * at) * 8, 32, SYNC_COUNTER | id);
    for (const leaf of leavesOf(type.layout)) {
      // Beyond the fixed part lies only the list of counters.
      if (leaf.bit >= type.bytes * 8) continue;
      const value = fieldValue(leaf, values, mode);
      if (value !== 0) write(bytes, 0, { [leaf.path]: value });
    }
    if (type.name === 'GENERAL') write(bytes, 0, general(card, fn, vhcaId));
    if (type.name === 'GENERAL_2') write(bytes, 0, { sw_vhca_id_valid: 0 });
    if (type.name === 'ESWITCH') write(bytes, 0, { ecpf_vport_exists: hasEcpf(card) ? 1 : 0 });
    return bytes;
  }

  return {
    page(number, mode) {
      const key = `${number} ${mode}`;
      const known = pages.get(key);
      if (known !== undefined) return known;
      const type = capabilityTypes.get(number);
      const values = type === undefined ? undefined : offeredValues(card, type.name);
      if (type === undefined || values === undefined) return undefined;
      const page = make(type, values, mode);
      pages.set(key, page);
      return page;
    },
  };
}

function fieldValue(
  { path, width }: Leaf,
  { bits, except, maximumOnly, values }: CapabilityValues,
  mode: number,
): number {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const given = values[path] ?? values[`*.${name}`];
  if (given !== undefined) return typeof given === 'number' ? given : (given[mode === 1 ? 0 : 1] ?? 0);
  if (width !== 1) return 0;
  if (maximumOnly?.includes(path)) return mode === 0 ? 1 : 0;
  if (bits === 'all') return except?.some((excluded) => excluded === path || excluded === `*.${name}`) ? 0 : 1;
  return bits.includes(path) ? 1 : 0;
}

/** Types that only ports of one protocol have [inferred]. */
const protocolOf: Readonly<Record<string, 'ethernet' | 'infiniband'>> = {
  ROCE: 'ethernet',
  IPOIB_OFFLOADS: 'infiniband',
  IPOIB_ENHANCED_OFFLOADS: 'infiniband',
};

function offeredValues({ model, ports }: Card, name: string): CapabilityValues | undefined {
  const protocol = protocolOf[name];
  return protocol === undefined || protocol === ports[0]?.mode.protocol ? model.capabilities[name] : undefined;
}

/** Arm cores have a virtual port of their own beside that of the host. */
function hasEcpf({ profile }: Card): boolean {
  return profile.functions.some(({ embeddedCpu }) => embeddedCpu);
}

/** Fields of the general page that follow from the function and the card, not from the model. */
function general(card: Card, fn: FunctionProfile, vhcaId: number): Record<string, number> {
  const { model, ports } = card;
  const offered = (name: string): number => (offeredValues(card, name) === undefined ? 0 : 1);
  const isPf = fn.type === 'PF' ? 1 : 0;
  return {
    vhca_id: vhcaId,
    num_of_diagnostic_counters: model.diagnosticCounters.length,
    num_ports: ports.length,
    port_type: ports[0]?.mode.protocol === 'ethernet' ? 1 : 0,
    uctx_cap: fn.uctxCap,
    device_frequency_mhz: Math.floor(model.deviceFrequencyKhz / 1000),
    device_frequency_khz: model.deviceFrequencyKhz,
    native_port_num: ports[0]?.number ?? 1,
    num_vhca_ports: ports.length,
    vport_group_manager: isPf,
    vhca_group_manager: isPf,
    eswitch_manager: fn.eswitchManager ? 1 : 0,
    // Gate bits: a page exists when its bit is set, and the other way round.
    hca_cap_2: offered('GENERAL_2'),
    debug: offered('DEBUG'),
    roce: offered('ROCE'),
    atomic: offered('ATOMIC'),
    pg: offered('ODP'),
    qos: offered('QOS'),
    vector_calc: offered('VECTOR_CALC'),
    eth_net_offloads: offered('ETHERNET_OFFLOADS'),
    ipoib_enhanced_offloads: offered('IPOIB_ENHANCED_OFFLOADS'),
    ipoib_basic_offloads: offered('IPOIB_OFFLOADS'),
    nic_flow_table: offered('FLOW_TABLE'),
    device_memory: offered('DEV_MEM'),
    event_cap: offered('DEV_EVENT'),
    tls_tx: offered('TLS'),
    tls_rx: offered('TLS'),
    ipsec_offload: offered('IPSEC'),
    port_selection_cap: offered('PORT_SELECTION'),
    adv_virtualization: offered('ADV_VIRTUALIZATION'),
    virtio_net_device_emualtion_manager: offered('VDPA_EMULATION'),
    // Pages that this emulator has no layout for are not offered, so neither are their gates.
    shampo: 0,
  };
}
