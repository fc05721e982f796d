// Generated from crds/ by `make generate`. Do not edit.
import type { ObjectMeta } from '@nicdiag/kube/objects';
import type { Collector, DeviceFilter, ManifestReference } from './diagnosticCapture.ts';

/**
 * NodeCapture is one node's part of a DiagnosticCapture: what the operator asks of the agent, and what came of it. Not to be written by hand.
 */
export interface NodeCapture {
  apiVersion: 'nicdiag.dev/v1alpha1';
  kind: 'NodeCapture';
  metadata: ObjectMeta;
  spec: NodeCaptureSpec;
  status?: NodeCaptureStatus;
}
/**
 * What this node is to do, rendered from the DiagnosticCapture. Immutable.
 */
export interface NodeCaptureSpec {
  /**
   * Name of the node.
   */
  nodeName: string;
  capture: CaptureReference;
  /**
   * Filter on the devices of each node; all fields that are given must match, a field that is absent or empty does not filter. The agent applies it to what is really on the node. Default: every PF.
   */
  devices: DeviceFilter;
  /**
   * What to collect from each device, in this order. 1 to 16, each with a name of its own.
   *
   * Items: One collector. The field named as its type holds its options.
   */
  collectors: Collector[];
  /**
   * The most that a collector may do to a device.
   */
  impact: 'ReadOnly' | 'DebugWrite' | 'Intrusive';
  /**
   * Point in time at which the whole capture ends. RFC 3339.
   */
  deadline: string;
  /**
   * Time from assignedAt of the assignment by which this node ends. A duration.
   */
  nodeDeadline: string;
  limits: NodeCaptureLimits;
}
/**
 * The DiagnosticCapture in the same namespace that this is part of.
 */
export interface CaptureReference {
  /**
   * Its name.
   */
  name: string;
  /**
   * Its UID.
   */
  uid: string;
}
/**
 * Bounds on what is collected.
 */
export interface NodeCaptureLimits {
  /**
   * Bytes, before compression, after which a device's collectors end with LimitExceeded. A quantity.
   */
  maxBytesPerDevice: string;
}
/**
 * What came of it, written by the node's agent, or by the operator when the agent is lost or the time is up. The first terminal state stays.
 */
export interface NodeCaptureStatus {
  /**
   * Where the node stands. Queued and Running change; Succeeded (all done, devices that do not support it aside), Partial (some done), Failed (nothing done), Unsupported (nothing but unsupported devices) and Cancelled are terminal.
   */
  state?: 'Queued' | 'Running' | 'Succeeded' | 'Partial' | 'Failed' | 'Unsupported' | 'Cancelled';
  /**
   * Why it is in this state. See docs/reasons.md.
   */
  reason?: string;
  /**
   * A sentence for a person.
   */
  message?: string;
  /**
   * When the agent began.
   */
  startedAt?: string;
  /**
   * Just before the first command went to firmware, with microseconds.
   */
  firstCommandAt?: string;
  /**
   * When the terminal state was reached.
   */
  finishedAt?: string;
  /**
   * Bytes collected on this node, before compression.
   */
  totalBytes?: number;
  /**
   * Bytes collected on this node, after compression.
   */
  storedBytes?: number;
  /**
   * What came of each device that passed the filter. Artifacts are listed by the artifact server, not here.
   */
  devices?: DeviceResult[];
}
/**
 * One device.
 */
export interface DeviceResult {
  /**
   * PCI address.
   */
  pciAddress: string;
  /**
   * Where the device stands; same meanings as for the node.
   */
  state: 'Queued' | 'Running' | 'Succeeded' | 'Partial' | 'Failed' | 'Unsupported' | 'Cancelled';
  /**
   * Why it is in this state. See docs/reasons.md.
   */
  reason?: string;
  /**
   * A sentence for a person.
   */
  message?: string;
  /**
   * Items collected, error items included.
   */
  items?: number;
  /**
   * Items that firmware refused or that did not reach it.
   */
  itemErrors?: number;
  /**
   * Manifest of this device's artifacts, once the store has them all.
   */
  manifest?: ManifestReference;
  /**
   * Collectors that did not do everything; one that succeeded is not listed.
   */
  collectors?: CollectorResult[];
}
/**
 * One collector.
 */
export interface CollectorResult {
  /**
   * Name of the collector.
   */
  name: string;
  /**
   * What came of it.
   */
  state: 'Partial' | 'Failed' | 'Unsupported' | 'Cancelled';
  /**
   * Why. See docs/reasons.md.
   */
  reason?: string;
  /**
   * A sentence for a person.
   */
  message?: string;
}
