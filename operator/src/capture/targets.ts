import type { DiagnosticCapture } from '@nicdiag/api';
import type { Stored } from '@nicdiag/kube';
import type { NodeRecord } from '../records/node.ts';
import type { Fold } from './fold.ts';
import { resolveAgain, resolveTarget, type Target } from './target.ts';

/** The targets of all captures at work: resolved once, then remembered. Only a restart of the operator forgets them. */
export interface Targets {
  of(capture: Stored<DiagnosticCapture>, fold: Fold): Target;
  forget(captureUid: string): void;
}

export function createTargets(nodes: () => Iterable<NodeRecord>): Targets {
  const resolved = new Map<string, Target>();
  return {
    of(capture, fold) {
      const { uid } = capture.metadata;
      const known = resolved.get(uid);
      if (known) return known;
      const { startedAt, counts } = capture.status ?? {};
      const target = startedAt
        ? resolveAgain(capture.spec.target, nodes(), {
            started: fold.nodeNames(),
            acceptedMs: Date.parse(startedAt),
            targeted: counts?.targeted ?? 0,
          })
        : resolveTarget(capture.spec.target, nodes());
      resolved.set(uid, target);
      return target;
    },
    forget: (captureUid) => {
      resolved.delete(captureUid);
    },
  };
}
