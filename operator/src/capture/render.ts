import { hash } from 'node:crypto';
import {
  API_VERSION,
  DEFAULT_NODE_DEADLINE,
  type DiagnosticCapture,
  type NodeCapture,
  type NodeCaptureSpec,
  nodeCaptureLabels,
  nodeCaptureName,
} from '@nicdiag/api';
import type { Draft, Stored } from '@nicdiag/kube';
import { parseDuration } from '@nicdiag/runtime';

/** When the capture ends: milliseconds since the epoch.
 * @param startedAt RFC 3339, `status.startedAt` */
export function captureDeadlineMs(capture: DiagnosticCapture, startedAt: string): number {
  return Date.parse(startedAt) + parseDuration(capture.spec.deadline);
}

/** The spec of one node's NodeCapture. A pure function of capture, start and node: rendered again it is the same, which
 * is how the operator knows its own children. */
export function renderSpec(capture: Stored<DiagnosticCapture>, startedAt: string, nodeName: string): NodeCaptureSpec {
  const { spec, metadata } = capture;
  return {
    nodeName,
    capture: { name: metadata.name, uid: metadata.uid },
    devices: spec.target.devices,
    collectors: spec.collectors,
    impact: spec.impact,
    deadline: new Date(captureDeadlineMs(capture, startedAt)).toISOString(),
    nodeDeadline: spec.nodeDeadline ?? DEFAULT_NODE_DEADLINE,
    limits: { maxBytesPerDevice: spec.limits.maxBytesPerDevice },
  };
}

/** The NodeCapture of one node, owned by the capture. */
export function renderChild(
  capture: Stored<DiagnosticCapture>,
  startedAt: string,
  nodeName: string,
): Draft<NodeCapture> {
  const { name, uid, namespace } = capture.metadata;
  return {
    apiVersion: API_VERSION,
    kind: 'NodeCapture',
    metadata: {
      name: nodeCaptureName(name, uid, nodeName),
      namespace: namespace ?? '',
      labels: nodeCaptureLabels({ name, uid }, nodeName),
      // The net for when the operator does not delete them itself.
      ownerReferences: [{ apiVersion: API_VERSION, kind: 'DiagnosticCapture', name, uid, controller: true }],
    },
    spec: renderSpec(capture, startedAt, nodeName),
  };
}

/** Digest of all of a spec but the node's name, the same for all children of one capture. */
export function specDigest(spec: NodeCaptureSpec): string {
  const { nodeName: _, ...shared } = spec;
  return hash('sha256', JSON.stringify(sortKeys(shared)), 'base64');
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
