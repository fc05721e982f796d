import type { FunctionProfile } from '../../host/profile.ts';
import type { Card } from '../card.ts';
import { type IdSet, idSet } from './idSet.ts';
import type { Population } from './population.ts';

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
  readonly tirs: IdSet;
  readonly tiss: IdSet;
  readonly rqts: IdSet;
  readonly rmps: IdSet;
  /** Every fourth program receives on an SRQ, another fourth on an XRC SRQ, another on two DCTs, another on an XRQ. */
  readonly srqs: IdSet;
  readonly xrcSrqs: IdSet;
  readonly dcts: IdSet;
  readonly xrqs: IdSet;
  programOfSrq(srqn: number): Program;
  programOfDct(dctn: number): Program;
  programOfXrq(xrqn: number): Program;
  /** The SRQ on which a program's queue pairs receive. */
  srqOfProgram(program: Program): number | undefined;
  readonly mkeys: IdSet;
  readonly counterSets: IdSet;
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
  TIRN: 0x10,
  TISN: 0x4,
  RQTN: 0x8,
  SRQN: 0x1000,
  XRC_SRQN: 0x5000,
  RMPN: 0x9000,
  XRQN: 0xa000,
  DCTN: 0x2_0000,
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
const DCTS_PER_PROGRAM = 2;
/** Programs of each of the four ways to receive. */
const WAYS = { SRQ: 2, XRC_SRQ: 3, DCT: 1, XRQ: 0 } as const;
/** Keys of firmware itself; see memoryKey.ts. */
const SPECIAL_MKEYS = { first: 1, count: 3 } as const;

export function createInventory({ ports }: Card, { netdevs, rdmaDevice, objects }: FunctionProfile): Inventory {
  const { cores } = objects;
  const queuePairs = rdmaDevice === undefined ? 0 : objects.queuePairs;
  const programs = Math.ceil(queuePairs / QPS_PER_PROGRAM);
  const sqs = netdevs.length * SQS_PER_CHANNEL * cores;
  const rqs = netdevs.length * cores;
  const firstRqn = FIRST.SQN + sqs;
  const programsOf = (way: number): number => Math.ceil(Math.max(0, programs - way) / 4);
  const infiniband = ports[0]?.mode.protocol === 'infiniband';

  function program(index: number): Program {
    return {
      index,
      pd: FIRST.PROGRAM_PD + index,
      sendCq: FIRST.PROGRAM_CQN + 2 * index,
      receiveCq: FIRST.PROGRAM_CQN + 2 * index + 1,
      firstQpn: FIRST.QPN + index * QPS_PER_PROGRAM,
      queuePairs: Math.min(QPS_PER_PROGRAM, queuePairs - index * QPS_PER_PROGRAM),
      firstMkey: FIRST.PROGRAM_MKEY + index * MKEYS_PER_PROGRAM,
      uid: FIRST.PROGRAM_UID + (index % 0x1000),
    };
  }

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
      firstTirn: FIRST.TIRN + index * (TRAFFIC_TYPES + cores),
      rqtn: FIRST.RQTN + index,
      firstTisn: FIRST.TISN + index * TIS_PER_NETDEV,
      counterSet: FIRST.NETDEV_COUNTER_SET + index,
    })),
    program,
    programOfSrq: (srqn) =>
      srqn < FIRST.XRC_SRQN
        ? program(4 * (srqn - FIRST.SRQN) + WAYS.SRQ)
        : program(4 * (srqn - FIRST.XRC_SRQN) + WAYS.XRC_SRQ),
    programOfDct: (dctn) => program(4 * Math.floor((dctn - FIRST.DCTN) / DCTS_PER_PROGRAM) + WAYS.DCT),
    programOfXrq: (xrqn) => program(4 * (xrqn - FIRST.XRQN) + WAYS.XRQ),
    srqOfProgram: ({ index }) => (index % 4 === WAYS.SRQ ? FIRST.SRQN + (index >>> 2) : undefined),
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
    tirs: idSet({ first: FIRST.TIRN, count: netdevs.length * (TRAFFIC_TYPES + cores) }),
    tiss: idSet({ first: FIRST.TISN, count: netdevs.length * TIS_PER_NETDEV }),
    rqts: idSet({ first: FIRST.RQTN, count: netdevs.length }),
    rmps: idSet({ first: FIRST.RMPN, count: programs > 0 ? 1 : 0 }),
    srqs: idSet({ first: FIRST.SRQN, count: programsOf(WAYS.SRQ) }),
    xrcSrqs: idSet({ first: FIRST.XRC_SRQN, count: programsOf(WAYS.XRC_SRQ) }),
    dcts: idSet({ first: FIRST.DCTN, count: DCTS_PER_PROGRAM * programsOf(WAYS.DCT) }),
    xrqs: idSet({ first: FIRST.XRQN, count: programsOf(WAYS.XRQ) }),
    mkeys: idSet(
      SPECIAL_MKEYS,
      { first: FIRST.NETDEV_MKEY, count: netdevs.length },
      { first: FIRST.PROGRAM_MKEY, count: programs * MKEYS_PER_PROGRAM },
    ),
    counterSets: idSet(
      { first: FIRST.NETDEV_COUNTER_SET, count: netdevs.length },
      { first: FIRST.PORT_COUNTER_SET, count: rdmaDevice === undefined ? 0 : ports.length },
    ),
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
