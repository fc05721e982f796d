import type { NicdeviceReason, NodeCapture } from '@nicdiag/api';
import type { ItemDecoder, WallClock } from '@nicdiag/artifacts';
import type { DeviceIdentity, DevlinkAccess, NicFunction, UnreachableFunction } from '@nicdiag/mlx5';
import type { Logger } from '@nicdiag/runtime';
import type { ServerTime } from '../apiServer/serverTime.ts';
import type { Observed } from '../inbox/decide.ts';
import type { Journal } from '../journal/journal.ts';
import type { LaneScheduler } from '../lanes/laneScheduler.ts';
import type { AgentMetrics } from '../metrics.ts';
import type { SpoolBudget } from '../spool/spoolBudget.ts';
import type { SpoolDirectory } from '../spool/spoolDirectory.ts';
import type { Uploads } from '../upload/uploads.ts';
import type { StatusReporter, StatusTarget } from './statusReporter.ts';

/** What a capture works with; one for the whole agent. */
export interface CaptureContext {
  readonly nodeName: string;
  readonly agentVersion: string;
  readonly journal: Journal;
  readonly spool: SpoolDirectory;
  readonly budget: SpoolBudget;
  readonly lanes: LaneScheduler;
  readonly uploads: Uploads;
  readonly reporter: StatusReporter;
  readonly inventory: CaptureInventory;
  readonly decoder: ItemDecoder;
  /** The clock that items are kept with. Default: this host's. */
  readonly wallClock?: () => WallClock;
  readonly time: ServerTime;
  readonly metrics: AgentMetrics;
  readonly logger: Logger;
  readonly timing: CaptureTiming;
  /** Where devlink answers. Default: netlink in this process's network namespace. */
  readonly devlink?: DevlinkAccess;
  /** The NodeCapture of that name, undefined when there is none; asked until the API server answers.
   * @param options `justAssigned`: it was made moments ago, so the API server's cache is good enough */
  fetch(
    target: NodeCaptureKey & { readonly uid: string },
    options: { readonly signal: AbortSignal; readonly justAssigned?: boolean },
  ): Promise<NodeCapture | undefined>;
  /** The same, as far as a verdict on it needs. */
  observe(
    target: NodeCaptureKey & { readonly uid: string },
    options: { readonly signal: AbortSignal },
  ): Promise<Observed>;
}

export type NodeCaptureKey = Pick<StatusTarget, 'namespace' | 'name'>;

/** The devices of this node. */
export interface CaptureInventory {
  /** What is there now. */
  scan(): readonly NicFunction[];
  /** Those that are there but cannot be asked, each with the reason that its NicDevice has. */
  unreachable(): readonly { readonly device: UnreachableFunction; readonly reason: NicdeviceReason }[];
  /** One function as it is now, or was a moment ago: a look at a host with many takes tens of milliseconds. */
  find(pciAddress: string): NicFunction | undefined;
  /** What firmware says of itself; asked now when it has not been asked before. Empty where it does not answer. */
  identify(device: NicFunction, options: { readonly signal: AbortSignal }): Promise<DeviceIdentity>;
}

/** Milliseconds. */
export interface CaptureTiming {
  /** A capture that is over sooner is not reported as Running: that saves a write for most. */
  readonly runningAfterMs: number;
  readonly progressEveryMs: number;
  /** How long after the terminal status evidence is still offered to the store. */
  readonly lateUploadMs: number;
  /** A command that takes longer makes its lane hung. */
  readonly commandTimeoutMs: number;
}

export const DEFAULT_TIMING: CaptureTiming = {
  runningAfterMs: 2_000,
  progressEveryMs: 30_000,
  lateUploadMs: 24 * 3_600_000,
  commandTimeoutMs: 70_000,
};
