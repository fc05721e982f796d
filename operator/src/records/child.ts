import {
  type CaptureFailure,
  isTerminalState,
  LABELS,
  type NodeCapture,
  type NodeCaptureState,
  type NodeCaptureStatus,
  Reason,
} from '@nicdiag/api';
import { objectKey, type Stored } from '@nicdiag/kube';
import { parseDuration } from '@nicdiag/runtime';
import { failuresOf } from '../capture/failures.ts';
import { specDigest } from '../capture/render.ts';

/** What the operator keeps of a NodeCapture: some hundred bytes, whatever its status holds. */
export interface ChildRecord {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly nodeName: string;
  readonly captureName: string;
  readonly captureUid: string;
  /** UIDs that owner reference and label give; both must be the capture's */
  readonly ownerUid: string | undefined;
  readonly labelUid: string | undefined;
  /** of everything in the spec but the node's name, see `specDigest` */
  readonly specDigest: string;
  /** milliseconds since the epoch, whole seconds */
  readonly createdMs: number;
  /** milliseconds since the epoch: the capture's deadline */
  readonly deadlineMs: number;
  /** milliseconds from assignment */
  readonly nodeDeadlineMs: number;
  readonly deleting: boolean;
  /** undefined: not begun */
  readonly state: NodeCaptureState | undefined;
  readonly reason: string | undefined;
  readonly totalBytes: number;
  readonly storedBytes: number;
  /** some device has results, so what ends it now leaves something behind */
  readonly hasResults: boolean;
  /** some device does not support what was asked, or a part of it; its reason */
  readonly unsupported: string | undefined;
  readonly failures: readonly CaptureFailure[];
}

/** True until the first terminal status. */
export function isLive(child: Pick<ChildRecord, 'state'>): boolean {
  return !isTerminalState(child.state);
}

export function childRecord(child: Stored<NodeCapture>): ChildRecord {
  const { metadata, spec, status } = child;
  const devices = status?.devices ?? [];
  return {
    key: objectKey(metadata),
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
    nodeName: spec.nodeName,
    captureName: spec.capture.name,
    captureUid: spec.capture.uid,
    ownerUid: metadata.ownerReferences?.find((owner) => owner.kind === 'DiagnosticCapture')?.uid,
    labelUid: metadata.labels?.[LABELS.captureUid],
    specDigest: specDigest(spec),
    createdMs: Date.parse(metadata.creationTimestamp),
    deadlineMs: Date.parse(spec.deadline),
    nodeDeadlineMs: parseDuration(spec.nodeDeadline),
    deleting: metadata.deletionTimestamp !== undefined,
    state: status?.state,
    reason: status?.reason,
    totalBytes: status?.totalBytes ?? 0,
    storedBytes: status?.storedBytes ?? 0,
    hasResults: devices.some((device) => device.state === 'Succeeded' || device.state === 'Partial'),
    unsupported: unsupportedReason(status),
    failures: failuresOf(spec.nodeName, status),
  };
}

function unsupportedReason(status: NodeCaptureStatus | undefined): string | undefined {
  for (const device of status?.devices ?? []) {
    if (device.state === 'Unsupported') return device.reason ?? Reason.Unsupported;
    // A device may give capabilities and refuse registers: what it does not support is as good as a device that does not.
    const collector = device.collectors?.find((each) => each.state === 'Unsupported');
    if (collector) return collector.reason ?? Reason.Unsupported;
  }
  return status?.state === 'Unsupported' ? (status.reason ?? Reason.Unsupported) : undefined;
}
