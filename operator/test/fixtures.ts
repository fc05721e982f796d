import type { DiagnosticCapture, DiagnosticCaptureSpec, NodeCapture, NodeCaptureStatus } from '@nicdiag/api';
import { nodeCaptureName } from '@nicdiag/api';
import type { Stored } from '@nicdiag/kube';
import { renderChild } from '../src/capture/render.ts';
import { type ChildRecord, childRecord } from '../src/records/child.ts';

/** 2026-01-01T00:00:00Z: acceptance of the captures here */
export const startMs = Date.parse('2026-01-01T00:00:00Z');

export function capture(
  spec: Partial<DiagnosticCaptureSpec> = {},
  /** null: not accepted yet */
  status: DiagnosticCapture['status'] | null = { startedAt: new Date(startMs).toISOString() },
): Stored<DiagnosticCapture> {
  return {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'DiagnosticCapture',
    metadata: {
      name: 'slow-rail',
      namespace: 'sre',
      uid: '11111111-2222-3333-4444-555555555555',
      resourceVersion: '7',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      target: { nodeNames: ['a', 'b', 'c'], devices: { functions: ['PF'], linkState: 'Any' } },
      collectors: [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }],
      impact: 'ReadOnly',
      deadline: '10m',
      parallelism: { maxNodes: 32 },
      limits: { maxBytesPerDevice: '256Mi', maxBytesTotal: '20Gi' },
      retention: { ttlAfterFinished: '168h', hold: false },
      cancel: false,
      ...spec,
    },
    ...(status ? { status } : {}),
  };
}

/** The NodeCapture of a node as the API server would hold it. */
export function child(node: string, status?: NodeCaptureStatus, of = capture()): Stored<NodeCapture> {
  const draft = renderChild(of, of.status?.startedAt ?? '', node);
  return {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'NodeCapture',
    metadata: {
      ...draft.metadata,
      name: nodeCaptureName(of.metadata.name, of.metadata.uid, node),
      uid: `uid-${node}`,
      resourceVersion: '8',
      creationTimestamp: '2026-01-01T00:00:01Z',
    },
    spec: draft.spec,
    ...(status ? { status } : {}),
  };
}

export function record(node: string, status?: NodeCaptureStatus, of = capture()): ChildRecord {
  return childRecord(child(node, status, of));
}
