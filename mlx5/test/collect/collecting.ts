import { createByteSlab } from '../../src/collect/byteSlab.ts';
import type { CollectorStop } from '../../src/collect/collector.ts';
import { createCommandRunner } from '../../src/collect/commandRunner.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import type { DumpMemory } from '../../src/collect/dumpMemory.ts';
import type { Item } from '../../src/collect/item.ts';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import type { NicFunction } from '../../src/discover/device.ts';
import { type Handler, scriptedChannel } from '../scriptedChannel.ts';

export const device: NicFunction = {
  kind: 'fwctl',
  node: '/dev/fwctl/fwctl0',
  pciAddress: '0000:03:00.0',
  asic: '0000:03:00',
  function: 'PF',
  deviceId: 0x1021,
  model: 'ConnectX-7',
  netdevs: [],
  rdmaDevices: [],
  vfs: [],
  subfunctions: [],
  link: 'Unknown',
};

export interface Collected {
  readonly items: readonly Item[];
  readonly keys: readonly string[];
  readonly stop: CollectorStop | undefined;
  readonly log: readonly string[];
  /** Pauses that were made, in milliseconds. */
  readonly pauses: readonly number[];
  /** Bytes of the limit that are left. */
  readonly left: number;
}

export interface CollectOptions {
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly done?: readonly Item[];
  readonly cancelAfter?: number;
  readonly maxBytes?: number;
  readonly memory?: () => DumpMemory;
}

/** Runs a collector over a scripted channel, without threads. */
export function collect(spec: CollectorSpec, options: CollectOptions = {}): Collected {
  const channel = scriptedChannel(options.handlers, createCollector(spec).impact);
  const pauses: number[] = [];
  const budget = { left: options.maxBytes ?? Number.MAX_SAFE_INTEGER };
  const runner = createCommandRunner({
    device,
    channel,
    control: {
      cancelled: () => channel.log.length >= (options.cancelAfter ?? Number.POSITIVE_INFINITY),
      commandBegins() {},
      commandEnds() {},
      pause: (milliseconds) => pauses.push(milliseconds),
    },
    slab: createByteSlab(),
    budget,
  });
  const items: Item[] = [];
  let stop: CollectorStop | undefined;
  const memory = options.memory === undefined ? {} : { memory: options.memory };
  const done = new Map((options.done ?? []).map((item) => [item.key, item]));
  try {
    for (const item of createCollector(spec).collect({ device, runner, done, ...memory })) items.push(item);
  } catch (error) {
    stop = error as CollectorStop;
  }
  return { items, keys: items.map(({ key }) => key), stop, log: channel.log, pauses, left: budget.left };
}

export const standard: CollectorSpec = { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } };
export const all: CollectorSpec = { name: 'regs', type: 'RegisterDump', registerDump: { set: 'All' } };
