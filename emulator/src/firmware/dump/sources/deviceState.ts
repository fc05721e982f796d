import { setBits, setLong } from '../../layout/bits.ts';
import { structWriter } from '../../layout/structWriter.ts';
import { vnicCounters } from '../../objects/counters.ts';
import { type IdSet, idSet } from '../../objects/idSet.ts';
import { FIRST } from '../../objects/inventory.ts';
import type { Objects } from '../../objects/objects.ts';
import { qpState, queuePair } from '../../objects/queuePair.ts';
import type { ContextSource, DumpSource, ListSource } from '../dumpSource.ts';
import { fillPrivate } from './slices.ts';

const SX_SLICES = 16;
const RX_SLICES = 32;
const ICM_SETS = 64;
const SCHEDULING_QUEUES = 32;
const RATES = 16;
/** Read responses that a queue pair can owe: 2^log_rra_max. */
const READ_RESPONSES = 16;
const VNIC_ENV_BYTES = 528;

const writeVnicEnv = structWriter('query_vnic_env_out');

/** State of the device that no public command reports: sizes and words are [invented], but for QUERY_VNIC_ENV. */
export const deviceState: readonly (readonly [type: number, source: DumpSource])[] = [
  [0x3000, numbered(SX_SLICES, 512, 3000)],
  [0x3001, allOf(0x3000, SX_SLICES)],
  [0x2000, numbered(RX_SLICES, 1024, 3100)],
  [0x2001, allOf(0x2000, RX_SLICES)],
  [
    0x5,
    {
      kind: 'context',
      ids: ({ inventory }) => inventory.qps,
      has2: (_, __, index) => index < READ_RESPONSES,
      length: () => 32,
      fill: (objects, qpn, index, payload) => {
        setBits(payload, 0, 32, qpn);
        setBits(payload, 32, 32, index);
        fillPrivate(objects, qpn, 3200 + 40 * index, payload, 8, payload.length);
      },
    },
  ],
  [
    0x1010,
    {
      kind: 'context',
      // One record of 16 bytes for each queue pair in error: its number, syndrome, vendor's syndrome, when.
      length: (objects) => 16 * Math.max(1, queuesInError(objects).length),
      fill: (objects, _, __, payload) => {
        for (const [at, qpn] of queuesInError(objects).entries()) {
          setBits(payload, at * 128, 32, qpn);
          setBits(payload, at * 128 + 32, 8, 0x15);
          setBits(payload, at * 128 + 40, 8, 0x81);
          setLong(payload, at * 128 + 64, 3600e9);
        }
      },
      references: (objects) =>
        queuesInError(objects).map((qpn) => ({ type: 0x1000, index1: qpn, index2: 0, count1: 0, count2: 0 })),
    },
  ],
  [0x2020, numbered(ICM_SETS, 64, 3400)],
  [0x1030, single(2048, 3500)],
  [
    0x103c,
    {
      kind: 'context',
      // Pages of 4 KiB, 8 KiB … that firmware was given.
      length: () => 64,
      fill: ({ draw }, _, __, payload) => {
        for (let log = 0; log < 16; log++) setBits(payload, log * 32, 32, Math.floor(draw(log, 600) * 2 ** (16 - log)));
      },
    },
  ],
  [0x1040, { ...numbered(SCHEDULING_QUEUES, 96, 3600), active: (_, queue) => queue % 4 === 0 }],
  [0x104b, { ...single(256, 3700), ids: () => idSet({ first: 0, count: 2 }) }],
  [0x1050, single(128, 3800)],
  [0x1048, single(128, 3900)],
  [0x1053, { ...numbered(RATES, 32, 4000), active: (_, rate) => rate < 3 }],
  [
    0x4008,
    {
      kind: 'context',
      length: () => VNIC_ENV_BYTES,
      // As QUERY_VNIC_ENV answers about the function itself.
      fill: (objects, _, __, payload) => {
        for (const [name, value] of Object.entries(vnicCounters(objects)))
          writeVnicEnv(payload, 0, { [`vport_env.${name}`]: value });
      },
    },
  ],
];

/** Things with numbers from 0 on. */
function numbered(count: number, bytes: number, salt: number): ContextSource {
  const ids = (): IdSet => idSet({ first: 0, count });
  return { ...single(bytes, salt), ids };
}

function allOf(of: number, count: number): ListSource {
  return { kind: 'list', of, members: () => Array.from({ length: count }, (_, index) => [index, 0] as const) };
}

function single(bytes: number, salt: number): ContextSource {
  return {
    kind: 'context',
    length: () => bytes,
    fill: (objects, index, _, payload) => fillPrivate(objects, index, salt, payload, 0, bytes),
  };
}

/** The first queue pairs in error; a function keeps a few records only. */
function queuesInError(objects: Objects): readonly number[] {
  const { qps } = objects.inventory;
  const found: number[] = [];
  for (let qpn = qps.next(FIRST.QPN); qpn !== undefined && found.length < 8; qpn = qps.next(qpn + 1)) {
    if (queuePair(objects, qpn).state === qpState.ERR) found.push(qpn);
  }
  return found;
}
