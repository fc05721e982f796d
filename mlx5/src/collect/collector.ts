import type { NicFunction } from '../discover/device.ts';
import type { CollectorReason } from '../lane/events.ts';
import type { Devlink } from '../netlink/openDevlink.ts';
import type { CommandRunner } from './commandRunner.ts';
import type { DumpMemory } from './dumpMemory.ts';
import type { Item, KnownItem } from './item.ts';
import type { CollectorSpec, Impact } from './spec.ts';

/** What a collector will cost, roughly and rather too much: for planning, not for limits. On the emulator's cards no
 * collector does more, and none less than a quarter of the commands. Dumps of `all` or `active` objects are as long as
 * there are objects: 256 are taken for them. */
export interface Estimate {
  readonly commands: number;
  readonly bytes: number;
}

/** What a collector needs of its device beyond commands of its impact. */
export interface Needs {
  /** The debug channel; false for what the host's kernel tells without it, `optional` for both. */
  readonly channel: boolean | 'optional';
  /** Memory that firmware writes into (umem), which mlx5ctl offers and mainline fwctl does not. */
  readonly memory: 'none' | 'optional' | 'required';
  /** The lowest scope of fwctl in which the kernel lets all of its commands pass: 0 for capabilities, 1 for reads. */
  readonly scope: 0 | 1;
}

export const COMMANDS_ONLY: Needs = { channel: true, memory: 'none', scope: 1 };

export interface CollectContext {
  readonly device: NicFunction;
  readonly runner: CommandRunner;
  /** Items of an earlier run by key: they steer the collector, are not read again and not yielded. */
  readonly done: ReadonlyMap<string, KnownItem>;
  /** Memory for firmware to write dumps into; made at the first call, the same one in all calls of a lane. Absent where
   * the kernel offers none.
   * @throws CollectorStop `Unsupported` where it is refused all the same, `DeviceGone`, `DeviceHung` */
  readonly memory?: () => DumpMemory;
  /** A way to the kernel's devlink about this device, which is asked within the impact of the job.
   * @throws NetlinkError where there is none */
  readonly openDevlink?: () => Devlink;
}

/** One way to read a device. It yields items as they come and never holds a dump in memory. */
export interface Collector {
  readonly type: CollectorSpec['type'];
  readonly impact: Impact;
  readonly needs: Needs;
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
