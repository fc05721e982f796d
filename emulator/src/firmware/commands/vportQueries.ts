import { layoutOf } from '@nicdiag/mlx5/prm';
import type { CommandContext, CommandModel } from '../firmwareFunction.ts';
import { getBits, setBits } from '../layout/bits.ts';
import { structWriter, type Values } from '../layout/structWriter.ts';
import type { Objects } from '../objects/objects.ts';
import { hasVport, MULTICAST_ALL_NODES, macOf, macValues, putGuid } from '../objects/vports.ts';
import { type Refusal, refuse } from '../status.ts';

/** IB port states as hca_vport_context has them. */
const DOWN = 1;
const ACTIVE = 4;
const POLLING = 2;
const LINK_UP = 5;
const LID = 0x1f;
const SUBNET_MANAGER_LID = 1;
const DEFAULT_PKEY = 0xffff;
/** Entries of the tables. */
const GIDS = 1;
const ROCE_ADDRESSES = 256;
/** Offset of system_image_guid in both contexts. */
const GUIDS = 0x28;

/** Queries about the function's own virtual port and, for a PF, about those of its VFs. */
export const vportQueryCommands: readonly CommandModel[] = [
  vportQuery(0x750, 'QUERY_VPORT_STATE', 'query_vport_state_out', {
    values: ({ card }) => {
      const [port] = card.ports;
      return { admin_state: port?.adminUp === true ? 1 : 0, state: port?.up === true ? 1 : 0 };
    },
  }),
  vportQuery(0x752, 'QUERY_ESW_VPORT_CONTEXT', 'query_esw_vport_context_out', {
    only: ({ profile }) => profile.type === 'PF',
    values: () => ({ 'esw_vport_context.vport_cvlan_strip': 0 }),
  }),
  vportQuery(0x754, 'QUERY_NIC_VPORT_CONTEXT', 'query_nic_vport_context_out', {
    values: nicVport,
    after: writeNicVportLists,
    bytes: 272 + 8,
  }),
  vportQuery(0x762, 'QUERY_HCA_VPORT_CONTEXT', 'query_hca_vport_context_out', {
    only: isInfiniBand,
    values: hcaVport,
    after: ({ objects }, answer) => writeGuids(answer, 0x10 + GUIDS, objects),
  }),
  vportQuery(0x764, 'QUERY_HCA_VPORT_GID', 'query_hca_vport_gid_out', {
    only: (context) => isInfiniBand(context) && getBits(context.inbox, 0xc * 8 + 16, 16) < GIDS,
    values: () => ({ gids_num: 1 }),
    after: ({ objects }, answer) => {
      // fe80:: and the port's GUID.
      setBits(answer, 0x10 * 8, 32, 0xfe80_0000);
      putGuid(answer, 0x18, macOf(objects));
    },
    bytes: 32,
  }),
  vportQuery(0x765, 'QUERY_HCA_VPORT_PKEY', 'query_hca_vport_pkey_out', {
    only: isInfiniBand,
    values: () => ({}),
    after: ({ inbox }, answer) => {
      const index = getBits(inbox, 0xc * 8 + 16, 16);
      // 0xffff asks for the whole table; only its first entry is in use.
      if (index === 0 || index === 0xffff) setBits(answer, 0x10 * 8, 32, DEFAULT_PKEY);
    },
    bytes: 20,
  }),
  vportQuery(0x760, 'QUERY_ROCE_ADDRESS', 'query_roce_address_out', {
    only: (context) => !isInfiniBand(context) && getBits(context.inbox, 0x8 * 8, 16) < ROCE_ADDRESSES,
    own: true,
    values: roceAddress,
  }),
];

interface VportQuery {
  /** Whether the function and the index can be asked at all; else BAD_PARAM [inferred]. */
  readonly only?: (context: CommandContext) => boolean;
  /** The inbox has no vport_number. */
  readonly own?: boolean;
  readonly values: (context: CommandContext) => Values;
  readonly after?: (context: CommandContext, answer: Uint8Array) => void;
  /** With the lists behind the fixed part. */
  readonly bytes?: number;
}

function vportQuery(
  opcode: number,
  name: string,
  layout: string,
  { only, own, values, after, bytes = layoutOf(layout).bytes }: VportQuery,
): CommandModel {
  const write = structWriter(layout);
  const answer = new Uint8Array(bytes);
  return {
    opcode,
    name,
    inBytes: 16,
    run(context) {
      const vport = own === true ? 0 : vportOf(context, name);
      if (typeof vport !== 'number') return vport;
      if (only?.(context) === false) return refuse('BAD_PARAM', name);
      answer.fill(0);
      write(answer, 0, values(context));
      after?.(context, answer);
      context.outbox.set(answer.subarray(0, context.outbox.length));
      return undefined;
    },
  };
}

/** The virtual port that an inbox names: `other_vport` 0x8.31:1, `vport_number` 0x8.0:16. Only a group manager may name
 * another than its own. */
export function vportOf({ inbox, objects }: CommandContext, command: string): number | Refusal {
  if (getBits(inbox, 0x8 * 8, 1) === 0) return 0;
  const vport = getBits(inbox, 0x8 * 8 + 16, 16);
  return hasVport(objects, vport) ? vport : refuse('BAD_PARAM', `${command} vport_number`);
}

function isInfiniBand({ objects }: CommandContext): boolean {
  return objects.port.mode.protocol === 'infiniband';
}

/** allowed_list_type, 0xc.24:3: unicast, multicast, VLANs. */
function nicVport(context: CommandContext): Values {
  const list = getBits(context.inbox, 0xc * 8 + 5, 3);
  return {
    'nic_vport_context.roce_en': isInfiniBand(context) ? 0 : 1,
    'nic_vport_context.mtu': isInfiniBand(context) ? 4092 : 9022,
    'nic_vport_context.allowed_list_type': list,
    'nic_vport_context.allowed_list_size': list < 2 ? 1 : 0,
    ...macValues('nic_vport_context.permanent_address', macOf(context.objects)),
  };
}

function writeNicVportLists({ inbox, objects }: CommandContext, answer: Uint8Array): void {
  writeGuids(answer, 0x10 + GUIDS, objects);
  const list = getBits(inbox, 0xc * 8 + 5, 3);
  const mac = [macOf(objects), MULTICAST_ALL_NODES][list];
  if (mac === undefined) return;
  setBits(answer, 272 * 8 + 16, 16, Math.floor(mac / 2 ** 32));
  setBits(answer, 276 * 8, 32, mac % 2 ** 32);
}

/** system_image_guid, which all functions of a card share; port_guid, node_guid. */
function writeGuids(answer: Uint8Array, at: number, objects: Objects): void {
  putGuid(answer, at, Number.parseInt(objects.card.profile.baseMac.replaceAll(':', ''), 16));
  for (const offset of [8, 16]) putGuid(answer, at + offset, macOf(objects));
}

function hcaVport({ objects: { port } }: CommandContext): Values {
  return {
    'hca_vport_context.has_smi': 1,
    'hca_vport_context.has_raw': 1,
    'hca_vport_context.port_physical_state': port.up ? LINK_UP : POLLING,
    'hca_vport_context.port_state': port.up ? ACTIVE : DOWN,
    'hca_vport_context.vport_state': port.up ? 1 : 0,
    'hca_vport_context.cap_mask1': 0x2651_e848,
    'hca_vport_context.lid': LID,
    'hca_vport_context.subnet_timeout': 18,
    'hca_vport_context.sm_lid': SUBNET_MANAGER_LID,
  };
}

/** Four addresses: link-local and IPv4, for RoCE version 1 and 2; the rest of the table is empty. */
function roceAddress({ inbox, objects }: CommandContext): Values {
  const index = getBits(inbox, 0x8 * 8, 16);
  if (index > 3) return {};
  const mac = macOf(objects);
  const last = mac % 256;
  const linkLocal = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0xff, 0xfe, 0, 0, last];
  const ipv4 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 32, 0, last];
  return {
    'roce_address.source_l3_address': index < 2 ? linkLocal : ipv4,
    'roce_address.source_mac_47_32': Math.floor(mac / 2 ** 32),
    'roce_address.source_mac_31_0': mac % 2 ** 32,
    'roce_address.roce_l3_type': index < 2 ? 1 : 0,
    'roce_address.roce_version': index % 2 === 0 ? 0 : 2,
  };
}
