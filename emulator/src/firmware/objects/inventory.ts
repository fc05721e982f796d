import type { FunctionProfile } from '../../host/profile.ts';
import type { Card } from '../card.ts';
import { type IdSet, idSet } from './idSet.ts';

/** How much there is on a function: `cards[].functions[].objects` of a host profile. */
export interface Population {
  /** Processors of the host: one completion event queue and one channel of each netdev for every one. */
  readonly cores: number;
  /** Connected queue pairs of RDMA programs. */
  readonly queuePairs: number;
  /** Entries that software has written into steering tables; 64 bytes each in a dump. */
  readonly steeringEntries: number;
  /** Whether the resource dump menu lets a client ask for many contexts at once (FULL_QPC and its like). */
  readonly countedContexts: boolean;
}

/** Queue pairs of one RDMA program, which share protection domain, completion queues and memory. */
export interface Program {
  readonly index: number;
  readonly pd: number;
  readonly sendCq: number;
  readonly receiveCq: number;
  readonly firstQpn: number;
  readonly queuePairs: number;
  readonly firstMkey: number;
  /** UID of the DevX context that made the objects. */
  readonly uid: number;
}

/** What a network device has made: one channel a processor. */
export interface NetdevQueues {
  readonly index: number;
  readonly port: number;
  readonly pd: number;
  readonly transportDomain: number;
  readonly mkey: number;
  /** Three a channel: receive, send, internal. */
  readonly firstCqn: number;
  /** Two a channel: send, internal. */
  readonly firstSqn: number;
  readonly firstRqn: number;
  /** One for each kind of traffic, then one a channel. */
  readonly firstTirn: number;
  readonly rqtn: number;
  readonly firstTisn: number;
  readonly counterSet: number;
}

/** Numbers of all objects of a function and who uses them. What an object contains is in the files beside this one. */
export interface Inventory extends Population {
  readonly netdevs: readonly NetdevQueues[];
  readonly programs: number;
  program(index: number): Program;
  readonly eqs: IdSet;
  readonly cqs: IdSet;
  readonly qps: IdSet;
  readonly sqs: IdSet;
  readonly rqs: IdSet;
}

/** Numbers, all of them [invented]: queue numbers of QPs, SQs and RQs do not meet, so that a queue number names one
 * queue only. */
export const FIRST = {
  EQN: 4,
  COMPLETION_EQN: 7,
  MANAGEMENT_CQN: 0x400,
  NETDEV_CQN: 0x401,
  PROGRAM_CQN: 0x1000,
  SQN: 0x100,
  QPN: 0x1048,
  PROGRAM_PD: 0x10,
  PROGRAM_MKEY: 0x1000,
  NETDEV_MKEY: 0x10,
  NETDEV_COUNTER_SET: 1,
  PORT_COUNTER_SET: 0x10,
  PROGRAM_UID: 0x8001,
} as const;
export const MANAGEMENT_PD = 2;
export const QPS_PER_PROGRAM = 8;
export const MKEYS_PER_PROGRAM = 4;
export const GENERAL_SERVICES_QPN = 1;
/** Indirect TIRs of a netdev: TCP, UDP, AH, ESP and the rest, over IPv4 and IPv6. */
export const TRAFFIC_TYPES = 10;
const CQS_PER_CHANNEL = 3;
const SQS_PER_CHANNEL = 2;
const TIS_PER_NETDEV = 2;

export function createInventory({ ports }: Card, { netdevs, rdmaDevice, objects }: FunctionProfile): Inventory {
  const { cores } = objects;
  const queuePairs = rdmaDevice === undefined ? 0 : objects.queuePairs;
  const programs = Math.ceil(queuePairs / QPS_PER_PROGRAM);
  const sqs = netdevs.length * SQS_PER_CHANNEL * cores;
  const rqs = netdevs.length * cores;
  const firstRqn = FIRST.SQN + sqs;
  const infiniband = ports[0]?.mode.protocol === 'infiniband';

  return {
    ...objects,
    queuePairs,
    programs,
    netdevs: netdevs.map(({ port }, index) => ({
      index,
      port,
      pd: 1,
      transportDomain: 1 + index,
      mkey: FIRST.NETDEV_MKEY + index,
      firstCqn: FIRST.NETDEV_CQN + index * CQS_PER_CHANNEL * cores,
      firstSqn: FIRST.SQN + index * SQS_PER_CHANNEL * cores,
      firstRqn: firstRqn + index * cores,
      firstTirn: 0x10 + index * (TRAFFIC_TYPES + cores),
      rqtn: 0x8 + index,
      firstTisn: 0x4 + index * TIS_PER_NETDEV,
      counterSet: FIRST.NETDEV_COUNTER_SET + index,
    })),
    program: (index) => ({
      index,
      pd: FIRST.PROGRAM_PD + index,
      sendCq: FIRST.PROGRAM_CQN + 2 * index,
      receiveCq: FIRST.PROGRAM_CQN + 2 * index + 1,
      firstQpn: FIRST.QPN + index * QPS_PER_PROGRAM,
      queuePairs: Math.min(QPS_PER_PROGRAM, queuePairs - index * QPS_PER_PROGRAM),
      firstMkey: FIRST.PROGRAM_MKEY + index * MKEYS_PER_PROGRAM,
      uid: FIRST.PROGRAM_UID + (index % 0x1000),
    }),
    eqs: idSet({ first: FIRST.EQN, count: FIRST.COMPLETION_EQN - FIRST.EQN + cores }),
    cqs: idSet(
      { first: FIRST.MANAGEMENT_CQN, count: rdmaDevice === undefined ? 0 : 1 },
      { first: FIRST.NETDEV_CQN, count: netdevs.length * CQS_PER_CHANNEL * cores },
      { first: FIRST.PROGRAM_CQN, count: 2 * programs },
    ),
    qps: idSet(
      // QP 0 is the subnet management interface, which only InfiniBand has.
      {
        first: infiniband ? 0 : GENERAL_SERVICES_QPN,
        count: rdmaDevice === undefined ? 0 : infiniband ? 2 : 1,
      },
      { first: FIRST.QPN, count: queuePairs },
    ),
    sqs: idSet({ first: FIRST.SQN, count: sqs }),
    rqs: idSet({ first: firstRqn, count: rqs }),
  };
}

/** Who a completion queue belongs to. */
export type CqUse =
  | { readonly by: 'management' }
  | { readonly by: 'netdev'; readonly netdev: NetdevQueues; readonly channel: number; readonly role: NetdevCqRole }
  | { readonly by: 'program'; readonly program: Program; readonly role: 'send' | 'receive' };

export type NetdevCqRole = 'receive' | 'send' | 'internal';

const ROLES: readonly NetdevCqRole[] = ['receive', 'send', 'internal'];

/** @param cqn one that is there */
export function cqUse(inventory: Inventory, cqn: number): CqUse {
  if (cqn >= FIRST.PROGRAM_CQN) {
    const at = cqn - FIRST.PROGRAM_CQN;
    return { by: 'program', program: inventory.program(at >>> 1), role: at % 2 === 0 ? 'send' : 'receive' };
  }
  const at = cqn - FIRST.NETDEV_CQN;
  const perNetdev = CQS_PER_CHANNEL * inventory.cores;
  const netdev = inventory.netdevs[Math.floor(at / perNetdev)];
  if (at < 0 || netdev === undefined) return { by: 'management' };
  const inNetdev = at % perNetdev;
  return {
    by: 'netdev',
    netdev,
    channel: Math.floor(inNetdev / CQS_PER_CHANNEL),
    role: ROLES[inNetdev % CQS_PER_CHANNEL] ?? 'internal',
  };
}

/** The program that has made a queue pair; undefined for those of the driver. */
export function programOfQp(inventory: Inventory, qpn: number): Program | undefined {
  return qpn < FIRST.QPN ? undefined : inventory.program(Math.floor((qpn - FIRST.QPN) / QPS_PER_PROGRAM));
}
