import type { CollectorSpec } from '../../../src/collect/spec.ts';
import type { CollectorReason, LaneEvent } from '../../../src/lane/events.ts';
import type { LoggedCommand } from '../../emulatedHost.ts';
import { objects, segments } from '../dumpLane.ts';
import { capabilities, registers } from '../laneRun.ts';

export type ChannelName = 'mlx5ctl' | 'fwctl';

export interface FaultyCollector {
  readonly title: string;
  readonly spec: CollectorSpec;
  /** Default: both. */
  readonly channels?: readonly ChannelName[];
  /** Items without which the collector cannot go on, by their keys. */
  readonly essential?: RegExp;
  /** Whether it goes on inline where it gets no memory. */
  readonly inlineToo?: true;
}

const QUEUE_PAIRS = [{ name: 'FULL_QPC', index: '0x1048-0x104b' }, { name: 'SX_SLICE_ALL' }];

/** Every collector, so asked that it gives all kinds of its commands and still few of them. */
export const FAULTY_COLLECTORS: readonly FaultyCollector[] = [
  { title: 'RegisterDump', spec: registers },
  { title: 'CapabilityDump', spec: capabilities },
  { title: 'LinkDiagnostics', spec: { name: 'link', type: 'LinkDiagnostics', linkDiagnostics: { eye: true } } },
  { title: 'FirmwareInfo', spec: { name: 'fw', type: 'FirmwareInfo' } },
  { title: 'NvConfig', spec: { name: 'conf', type: 'NvConfig' } },
  {
    title: 'ObjectDump',
    spec: objects({ type: 'CQ', ids: '0x401-0x402' }, { type: 'QP', ids: 'all', limit: 64 }, { type: 'ADAPTER' }),
    // What tells which queue pairs there are.
    essential: /^(MENU|PRM_QUERY_QP)\{/,
    inlineToo: true,
  },
  { title: 'ResourceDump inline', spec: segments(QUEUE_PAIRS, { mode: 'Inline' }), essential: /^MENU\{/ },
  {
    title: 'ResourceDump into memory',
    spec: segments(QUEUE_PAIRS, { mode: 'Memory' }),
    channels: ['mlx5ctl'],
    essential: /^MENU\{/,
  },
  { title: 'CoreDump', spec: { name: 'core', type: 'CoreDump' }, channels: ['mlx5ctl'], essential: /./ },
  { title: 'Health', spec: { name: 'health', type: 'Health' } },
  { title: 'HostState', spec: { name: 'host', type: 'HostState' } },
];

export interface FaultCase {
  readonly title: string;
  /** A request on the emulator's control socket; `afterCommands` and `device` are added. */
  readonly fault: Readonly<Record<string, unknown>>;
  readonly commandTimeoutMs?: number;
  /** - `item`: the read that is struck is an item with this outcome, and the collector goes on if it can
   * - `end`: the lane ends with this reason
   * - `none`: nothing is to be seen of it */
  readonly leaves:
    | { readonly item: 'refused' | 'failed' }
    | { readonly end: CollectorReason; readonly lane: Extract<LaneEvent, { type: 'ended' }>['outcome'] }
    | 'none';
}

export const FAULTS: readonly FaultCase[] = [
  {
    title: 'refused',
    fault: { fault: 'refuse', status: 'INTERNAL_ERR', syndrome: 7, times: 1 },
    leaves: { item: 'refused' },
  },
  { title: 'lost', fault: { fault: 'errno', errno: 'EIO', times: 1 }, leaves: { item: 'failed' } },
  { title: 'slow', fault: { fault: 'delay', ms: 30, times: 1 }, leaves: 'none' },
  {
    title: 'stalled until the kernel gives it up',
    fault: { fault: 'hang', ms: 20, times: 1 },
    leaves: { end: 'DeviceHung', lane: 'hung' },
  },
  {
    title: 'in a reset: every command fails until it is over',
    fault: { fault: 'errno', errno: 'ENXIO' },
    leaves: { end: 'DeviceGone', lane: 'gone' },
  },
  { title: 'removed', fault: { fault: 'remove', times: 1 }, leaves: { end: 'DeviceGone', lane: 'gone' } },
];

/** Stalled for longer than a lane waits. It costs its time at each command. */
export const STUCK: FaultCase = {
  title: 'stalled until the lane gives it up',
  fault: { fault: 'hang', times: 1 },
  // Long enough that only a command that hangs is taken for one, however busy the machine.
  commandTimeoutMs: 2_000,
  leaves: { end: 'DeviceHung', lane: 'hung' },
};

/** ALLOC_PD, CREATE_MKEY, CREATE_UMEM, and what undoes them. They make no items. */
const MAKES_MEMORY: ReadonlySet<number> = new Set([0x800, 0x200, 0xa08]);
const GIVES_MEMORY_BACK: ReadonlySet<number> = new Set([0x801, 0x202, 0xa0a]);

export type Role = 'read' | 'makesMemory' | 'givesMemoryBack';

export function roleOf({ opcode }: LoggedCommand): Role {
  if (MAKES_MEMORY.has(opcode)) return 'makesMemory';
  return GIVES_MEMORY_BACK.has(opcode) ? 'givesMemoryBack' : 'read';
}

/** At which commands a collector is struck: at all of them, or the first, the middle one, the last, and the first of each
 * opcode. */
export function placesAmong(commands: readonly LoggedCommand[], all: boolean): readonly number[] {
  const places = commands.map((_, at) => at);
  if (all) return places;
  const opcodes = new Map([...places].reverse().map((at) => [commands[at]?.opcode, at]));
  const middle = commands.length >> 1;
  return places.filter(
    (at) => at === 0 || at === middle || at === commands.length - 1 || [...opcodes.values()].includes(at),
  );
}
