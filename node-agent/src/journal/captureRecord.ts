import type { DeviceFilter } from '@nicdiag/api';
import type { CollectorOutcome, StopReason } from '@nicdiag/artifacts';
import type { CollectorSpec, DeviceIdentity, Impact, NicFunction } from '@nicdiag/mlx5';

/** All that a new agent needs to go on with a capture where the last one died. Times are RFC 3339, server time. */
export interface CaptureRecord {
  readonly phase: 'open';
  /** Of the NodeCapture. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** The DiagnosticCapture: artifacts are filed under its UID. */
  readonly capture: { readonly name: string; readonly uid: string };
  readonly work: CaptureWork;
  readonly assignedAt: string;
  readonly startedAt: string;
  readonly firstCommandAt?: string;
  readonly stop?: StopReason;
  /** Those that passed the filter when the capture began; absent until then. */
  readonly devices?: readonly DeviceRecord[];
  /** When none did: devices without a channel that the filter means, each with its NicDevice's reason. */
  readonly meant?: readonly string[];
  /** Set when the NodeCapture has a terminal status, whoever wrote it. */
  readonly reportedAt?: string;
}

/** The part of NodeCapture.spec that says what to do. */
export interface CaptureWork {
  readonly devices: DeviceFilter;
  readonly collectors: readonly CollectorSpec[];
  readonly impact: Impact;
  /** RFC 3339. */
  readonly deadline: string;
  /** Duration. */
  readonly nodeDeadline: string;
  readonly maxBytesPerDevice: number;
}

export interface DeviceRecord {
  /** As it was found when it was chosen; its node below the host root may be another one later. */
  readonly device: NicFunction;
  readonly channel?: { readonly abi: string; readonly uid: number };
  readonly identity?: DeviceIdentity;
  readonly spans: readonly CollectorSpan[];
  /** Those that have ended, their files made. */
  readonly ended: readonly CollectorRecord[];
  /** The device's work is over and its manifest made. */
  readonly manifest?: { readonly digest: string; readonly sizeBytes: number };
  /** How the artifact server took it; absent while that is open. */
  readonly upload?: UploadRecord;
}

export type UploadRecord =
  | { readonly state: 'acknowledged' }
  /** The server will not take it, now or later. */
  | { readonly state: 'refused'; readonly reason: 'LimitExceeded' | 'UploadFailed'; readonly message: string };

/** One run of a collector: more than one after a restart. */
export interface CollectorSpan {
  readonly collector: string;
  readonly startedAt: string;
  /** CLOCK_MONOTONIC in decimal nanoseconds. */
  readonly startedNs: string;
  readonly finishedAt?: string;
  readonly finishedNs?: string;
  readonly estimate?: { readonly commands: number; readonly bytes: number };
}

export interface CollectorRecord extends CollectorOutcome {
  /** Bytes of its files before and after compression. */
  readonly totalBytes: number;
  readonly storedBytes: number;
}

/** A capture with nothing left to do, remembered so that it never runs again. */
export interface FinishedRecord {
  readonly phase: 'finished';
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly finishedAt: string;
}

export type JournalRecord = CaptureRecord | FinishedRecord;
