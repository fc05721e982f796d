import { firmwareVersion } from '../firmware/registers/identity.ts';
import type { HostFunction } from '../host/host.ts';
import { array, binary, object, pair, unsigned, words } from './fmsg.ts';

/** A health reporter as mlx5_core registers it. */
export interface Reporter {
  readonly name: string;
  /** For a reporter of a port. */
  readonly portIndex?: number;
  readonly failed: boolean;
  readonly errors: number;
  readonly recoveries: number;
  readonly dumpSeconds?: number | undefined;
  /** For one that recovers by itself. */
  readonly graceMs?: number;
  /** Absent where the driver offers none. */
  readonly diagnose?: () => Buffer;
  readonly dump?: () => Buffer;
}

/** Syndromes after which the driver resets the function: firmware or hardware cannot go on. [inferred] */
const FATAL: readonly number[] = [0x1, 0x7, 0x8, 0xb];
const UPLINK = 0xffff;
/** Grace periods of mainline: PF, VF and others. */
const GRACE_MS = { PF: 60_000, VF: 30_000 } as const;
const CRDUMP_BYTES = 256 * 1024;
const CRDUMP_PIECE = 1024;

/** @source drivers/net/ethernet/mellanox/mlx5/core/health.c, hsynd_str */
const SYNDROMES: Readonly<Record<number, string>> = {
  1: 'firmware internal error',
  7: 'irisc not responding',
  8: 'unrecoverable hardware error',
  9: 'firmware CRC error',
  10: 'ICM fetch PCI error',
  11: 'hardware fatal error (FT/ICM page)',
  12: 'async EQ buffer overrun',
  13: 'EQ error',
  14: 'invalid EQ referenced',
  15: 'FFSER error',
  16: 'high temperature',
  18: 'ICM fetch PCI data poisoned',
  19: 'trust lockdown error',
};

/** devlink's number of a function's uplink. */
export function devlinkIndex(fn: HostFunction): number {
  return fn.firmware.vhcaId * 0x1_0000 + UPLINK;
}

/** What the driver of a function reports, from the firmware's state. */
export function reportersOf(fn: HostFunction): readonly Reporter[] {
  const { profile, firmware } = fn;
  const { health } = firmware.card;
  const none = { failed: false, errors: 0, recoveries: 0 };
  const graceMs = GRACE_MS[profile.type];
  const seen = { errors: health.errors, recoveries: health.recoveries, dumpSeconds: health.dumpSeconds };
  const isFatal = FATAL.includes(health.syndrome);
  const fw: Reporter = {
    ...{ name: 'fw', failed: health.syndrome !== 0, ...seen },
    diagnose: () =>
      object(
        pair('Syndrome', unsigned(health.syndrome, 1)),
        ...(health.syndrome === 0 ? [] : [pair('Description', words(describe(health.syndrome)))]),
      ),
    dump: () => firmwareDump(fn),
  };
  const vnic: Reporter = { ...{ name: 'vnic', ...none }, diagnose: () => vnicDiagnosis(fn) };
  if (profile.type === 'VF') return [fw, vnic];
  const fatal: Reporter = {
    ...{ name: 'fw_fatal', failed: isFatal, errors: isFatal ? 1 : 0, recoveries: 0, graceMs },
    dump: () => crDump(fn),
  };
  const port = { portIndex: devlinkIndex(fn), ...none, graceMs: 500 };
  const queues = profile.netdevs.length === 0 ? [] : (['tx', 'rx'] as const);
  return [fw, fatal, vnic, ...queues.map((name) => ({ name, ...port, diagnose: () => queueDiagnosis(name) }))];
}

function describe(syndrome: number): string {
  return SYNDROMES[syndrome] ?? 'unrecognized error';
}

/** Counters as QUERY_VNIC_ENV has them. */
function vnicDiagnosis({ firmware }: HostFunction): Buffer {
  const counted = firmware.vnicCounters();
  const names = [
    ...['total_error_queues', 'send_queue_priority_update_flow', 'comp_eq_overrun', 'async_eq_overrun', 'cq_overrun'],
    ...['invalid_command', 'quota_exceeded_command', 'nic_receive_steering_discard', 'generated_pkt_steering_fail'],
    'handled_pkt_steering_fail',
  ];
  return object(pair('vNIC env counters', object(...names.map((name) => pair(name, unsigned(counted[name] ?? 0, 8))))));
}

/** The health buffer, and the tracer's strings, of which there are none here. */
function firmwareDump({ firmware }: HostFunction): Buffer {
  const { card } = firmware;
  card.health.keepDump();
  const [major, minor, subMinor] = firmwareVersion(card);
  const version = ((major << 28) | (minor << 16) | subMinor) >>> 0;
  return object(
    pair('synd', unsigned(card.health.syndrome, 1)),
    pair('fw_miss_counter', unsigned(0, 4)),
    pair(
      'health buffer',
      object(
        pair('assert_var', array(...Array.from({ length: 6 }, () => unsigned(0, 4)))),
        pair('assert_exit_ptr', unsigned(0, 4)),
        pair('assert_callra', unsigned(0, 4)),
        pair('time', unsigned(Math.floor(card.uptimeSeconds()), 4)),
        pair('raw_fw_ver', unsigned(version, 4)),
        pair('hw_id', unsigned(card.model.hwDevId, 4)),
        pair('rfr', unsigned(FATAL.includes(card.health.syndrome) ? 1 : 0, 1)),
        pair('severity', unsigned(card.health.syndrome === 0 ? 7 : 3, 1)),
        pair('irisc_index', unsigned(0, 1)),
        pair('synd', unsigned(card.health.syndrome, 1)),
        pair('ext_synd', unsigned(0, 2)),
      ),
    ),
    pair('dump fw traces', array()),
  );
}

/** CR-space from the seed, in pieces as the kernel cuts it. */
function crDump({ firmware }: HostFunction): Buffer {
  const { card } = firmware;
  card.health.keepDump();
  const pieces = Array.from({ length: CRDUMP_BYTES / CRDUMP_PIECE }, (_, at) =>
    binary(Buffer.alloc(CRDUMP_PIECE, Math.floor(card.random(`crdump ${at}`) * 256))),
  );
  return object(pair('crdump_data', array(...pieces)));
}

/** One queue of a kind: which ones a netdev has is the driver's matter. [invented] */
function queueDiagnosis(name: 'tx' | 'rx'): Buffer {
  const queue = object(
    pair('channel ix', unsigned(0, 4)),
    pair(name === 'tx' ? 'sqn' : 'rqn', unsigned(name === 'tx' ? 0x1200 : 0x2200, 4)),
    pair('HW state', unsigned(1, 1)),
    pair(name === 'tx' ? 'stopped' : 'SW state', unsigned(0, 1)),
  );
  return object(pair(name === 'tx' ? 'SQs' : 'RQs', array(queue)));
}
