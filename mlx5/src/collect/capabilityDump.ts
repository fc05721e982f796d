import { allCapabilityTypes, type CapabilityType, getField, layoutOf, readBits } from '../prm/index.ts';
import { COMMANDS_ONLY, type CollectContext, type Collector, CollectorStop } from './collector.ts';
import { isNotHere } from './commandRunner.ts';
import type { Item } from './item.ts';
import { answerOf, type CapabilityMode, readAdapter, readCapability } from './itemReader.ts';
import type { CapabilityDumpSpec } from './spec.ts';

/** Bits of the general page that say that a page exists. Pages without one are tried: firmware answers BAD_PARAM for
 * those it has not. */
const GATES: Readonly<Record<string, string>> = {
  ETHERNET_OFFLOADS: 'eth_net_offloads',
  ODP: 'pg',
  ATOMIC: 'atomic',
  ROCE: 'roce',
  IPOIB_OFFLOADS: 'ipoib_basic_offloads',
  IPOIB_ENHANCED_OFFLOADS: 'ipoib_enhanced_offloads',
  FLOW_TABLE: 'nic_flow_table',
  ESWITCH_FLOW_TABLE: 'eswitch_manager',
  ESWITCH: 'eswitch_manager',
  VECTOR_CALC: 'vector_calc',
  QOS: 'qos',
  DEBUG: 'debug',
  DEV_MEM: 'device_memory',
  TLS: 'tls_tx',
  DEV_EVENT: 'event_cap',
  IPSEC: 'ipsec_offload',
  SHAMPO: 'shampo',
  GENERAL_2: 'hca_cap_2',
  PORT_SELECTION: 'port_selection_cap',
  ADV_VIRTUALIZATION: 'adv_virtualization',
};

const MODES: Readonly<Record<string, readonly CapabilityMode[]>> = {
  Current: ['current'],
  Maximum: ['maximum'],
  Both: ['current', 'maximum'],
};

const PAGE_BYTES = 4128;

/** Reads the capability pages that the device offers. */
export function createCapabilityDump(spec: CapabilityDumpSpec): Collector {
  const modes = MODES[spec.capabilityDump.mode ?? 'Current'] ?? ['current'];

  function* collect(context: CollectContext): Generator<Item, void> {
    let saysMore = false;
    const count = ({ outcome, frames }: Item): void => {
      const last = frames.at(-1);
      // Any other trouble says nothing about what this host may read.
      if (outcome === 'ok' || last === undefined || last.errno !== 0 || !isNotHere(last.status)) saysMore = true;
    };
    yield* readAdapter(context);
    for (const mode of modes) yield* collectMode(context, mode, count);
    if (!saysMore) {
      const { pciAddress, model } = context.device;
      throw new CollectorStop('Unsupported', `${pciAddress} (${model}) lets this host read none of its capabilities`);
    }
  }

  return {
    type: 'CapabilityDump',
    impact: 'ReadOnly',
    needs: { ...COMMANDS_ONLY, scope: 0 },
    estimate() {
      const commands = 1 + pages().length * modes.length;
      return { commands, bytes: commands * PAGE_BYTES };
    },
    collect,
  };
}

function* collectMode(
  context: CollectContext,
  mode: CapabilityMode,
  observe: (item: Item) => void,
): Generator<Item, void> {
  const [general, ...others] = pages();
  if (general === undefined) return;
  let page: Uint8Array | undefined;
  const keep = (item: Item): void => {
    observe(item);
    page = answerOf(item)?.slice();
  };
  yield* readCapability(context, general, mode, { probe: false, observe: keep });
  for (const type of others) {
    const gate = GATES[type.name];
    const offered = page === undefined || gate === undefined || Number(getField(page, 'cmd_hca_cap', gate)) !== 0;
    if (!offered) continue;
    const extraBytes = type.name === 'DEBUG' && page !== undefined ? diagnosticCounterBytes(page) : 0;
    const probe = gate === undefined || page === undefined;
    yield* readCapability(context, type, mode, { probe, extraBytes, observe });
  }
}

/** The page DEBUG ends in one word for each diagnostic counter. */
function diagnosticCounterBytes(general: Uint8Array): number {
  const field = layoutOf('cmd_hca_cap').byName.get('num_of_diagnostic_counters');
  return field === undefined ? 0 : 4 * readBits(general, field.bit, field.width);
}

/** Types that have a name; the others are reserved numbers. */
function pages(): readonly CapabilityType[] {
  return allCapabilityTypes().filter(({ name }) => !name.startsWith('RESERVED'));
}
