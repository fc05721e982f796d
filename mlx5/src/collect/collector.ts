import type { NicFunction } from '../discover/device.ts';
import type { CollectorReason } from '../lane/events.ts';
import type { CommandRunner } from './commandRunner.ts';
import type { Item } from './item.ts';
import type { CollectorSpec, Impact } from './spec.ts';

/** What a collector will cost, roughly and rather too much; for planning, not for limits. */
export interface Estimate {
  readonly commands: number;
  readonly bytes: number;
}

export interface CollectContext {
  readonly device: NicFunction;
  readonly runner: CommandRunner;
  /** Items of an earlier run by key: they steer the collector, are not read again and not yielded. */
  readonly done: ReadonlyMap<string, Item>;
}

/** One way to read a device. It yields items as they come and never holds a dump in memory. */
export interface Collector {
  readonly type: CollectorSpec['type'];
  readonly impact: Impact;
  /** What the channel must offer beyond commands; no collector here needs anything. */
  readonly needs: readonly never[];
  estimate(device: NicFunction): Estimate;
  /** @throws CollectorStop when it ends before its end */
  collect(context: CollectContext): Iterable<Item>;
}

/** A collector ends before its end; what it yielded stays good. */
export class CollectorStop extends Error {
  readonly reason: CollectorReason;
  constructor(reason: CollectorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CollectorStop';
    this.reason = reason;
  }
}
