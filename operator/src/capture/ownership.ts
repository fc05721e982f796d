import { type DiagnosticCapture, nodeCaptureName } from '@nicdiag/api';
import type { Stored } from '@nicdiag/kube';
import type { ChildRecord } from '../records/child.ts';
import { renderSpec, specDigest } from './render.ts';

/** What every child of one capture must look like. */
export interface Expectation {
  readonly captureUid: string;
  readonly captureName: string;
  readonly namespace: string;
  readonly specDigest: string;
}

/** @returns undefined for a capture that has not been accepted: it can have no children */
export function expectationOf(capture: Stored<DiagnosticCapture>): Expectation | undefined {
  const startedAt = capture.status?.startedAt;
  if (!startedAt) return undefined;
  const { uid, name, namespace } = capture.metadata;
  return {
    captureUid: uid,
    captureName: name,
    namespace: namespace ?? '',
    specDigest: specDigest(renderSpec(capture, startedAt, '')),
  };
}

/** Why a NodeCapture that names this capture is not one that the operator rendered; undefined when it is.
 * Policies keep others from making NodeCaptures; this holds where somebody removed the policies. */
export function whyForeign(child: ChildRecord, expected: Expectation): string | undefined {
  if (child.namespace !== expected.namespace) return 'it is in another namespace than its capture';
  if (child.ownerUid !== expected.captureUid) return 'its owner is not its capture';
  if (child.labelUid !== expected.captureUid) return 'its label does not name its capture';
  if (child.name !== nodeCaptureName(expected.captureName, expected.captureUid, child.nodeName)) {
    return 'its name does not belong to its node';
  }
  if (child.specDigest !== expected.specDigest) return 'its spec is not what the capture asks for';
  return undefined;
}
