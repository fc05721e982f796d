import type { ChannelInfo } from '../channel/channel.ts';
import type { Estimate } from '../collect/collector.ts';
import type { Item, KnownItem } from '../collect/item.ts';
import type { CollectorSpec, Impact } from '../collect/spec.ts';
import type { NicFunction } from '../discover/device.ts';
import type { DevlinkAccess } from '../netlink/netlinkSocket.ts';

/** What one lane is to do on one function: its collectors, one after another. */
export interface LaneJob {
  readonly device: NicFunction;
  readonly impact: Impact;
  readonly collectors: readonly LaneCollector[];
  /** A command that has not come back after this many milliseconds makes the lane `hung`. Default 70,000: the kernel
   * gives a command up after about 60 s. */
  readonly commandTimeoutMs?: number;
  /** Raw bytes (inboxes and outboxes) after which a collector ends with `LimitExceeded`. */
  readonly maxBytes: number;
  /** Where devlink answers. Default: netlink in this process's network namespace. */
  readonly devlink?: DevlinkAccess;
}

export interface LaneCollector {
  readonly spec: CollectorSpec;
  /** Items that an earlier run has already put on disk: their answers steer the collector, they are not read again
   * and not reported again. */
  readonly done: readonly KnownItem[];
}

/** Why a collector ended before its end; the texts are reasons of the API. */
export type CollectorReason =
  | 'Unsupported'
  | 'InvalidSpec'
  | 'OpenFailed'
  | 'DeviceGone'
  | 'DeviceHung'
  | 'LimitExceeded'
  | 'Cancelled'
  | 'CollectorError';

export interface CollectorEnd {
  readonly name: string;
  readonly state: 'Done' | 'Unsupported' | 'Failed' | 'Cancelled';
  readonly reason?: CollectorReason;
  /** A sentence for a person: what was tried, on what, what to do. */
  readonly message?: string;
  /** Items of this run; those of `done` are not counted. */
  readonly items: number;
  /** Of them those that were refused or failed. What is absent is no error. */
  readonly itemErrors: number;
}

/** Facts about the device that go into manifests and NicDevice status; absent where firmware would not say. */
export interface DeviceIdentity {
  readonly psid?: string;
  readonly firmwareVersion?: string;
  readonly serialNumber?: string;
  readonly partNumber?: string;
}

export type LaneEvent =
  | { readonly type: 'opened'; readonly info: ChannelInfo; readonly layoutVersion: string }
  /** Just before the first command goes to firmware. */
  | { readonly type: 'firstCommand'; readonly wallMs: number; readonly monotonicNs: bigint }
  | {
      readonly type: 'collectorStarted';
      readonly name: string;
      readonly wallMs: number;
      readonly monotonicNs: bigint;
      /** What it takes it to cost. */
      readonly estimate: Estimate;
    }
  | { readonly type: 'items'; readonly collector: string; readonly items: readonly Item[] }
  | {
      readonly type: 'collectorEnded';
      readonly end: CollectorEnd;
      readonly wallMs: number;
      readonly monotonicNs: bigint;
    }
  /** Always the last event; every collector has had its `collectorEnded` before, unless the device could not be opened
   * and all of them needed it. `openFailed` carries the errno's name in `message`. */
  | {
      readonly type: 'ended';
      readonly outcome: 'done' | 'cancelled' | 'gone' | 'hung' | 'openFailed' | 'crashed';
      readonly message?: string;
    };
