import type { DiagnosticCapture } from '@nicdiag/api';
import type { Change, Stored } from '@nicdiag/kube';
import type { ChildRecord } from '../records/child.ts';
import { createFold, type Fold } from './fold.ts';
import { type Expectation, expectationOf, whyForeign } from './ownership.ts';

/** The folds of all captures at work, each built once from its children and then kept up with their changes. */
export interface Folds {
  /** The fold of an accepted capture; an empty one before. */
  of(capture: Stored<DiagnosticCapture>): Fold;
  /** True for a NodeCapture that the operator rendered for this capture. */
  isOurs(child: ChildRecord, capture: Stored<DiagnosticCapture>): boolean;
  /** Takes in what happened to a child. */
  onChild(change: Change<ChildRecord>): void;
  forget(captureUid: string): void;
}

export interface FoldsOptions {
  childrenOf: (captureUid: string) => readonly ChildRecord[];
  /** Told once of each NodeCapture that names a capture without being its child. */
  onForeign: (child: ChildRecord, why: string) => void;
}

export function createFolds({ childrenOf, onForeign }: FoldsOptions): Folds {
  const kept = new Map<string, { expected: Expectation; fold: Fold }>();
  const reported = new Set<string>();

  function isChild(child: ChildRecord, expected: Expectation): boolean {
    const why = whyForeign(child, expected);
    if (why === undefined) return true;
    if (!reported.has(child.uid)) {
      reported.add(child.uid);
      onForeign(child, why);
    }
    return false;
  }

  function keep(capture: Stored<DiagnosticCapture>): { expected: Expectation; fold: Fold } | undefined {
    const known = kept.get(capture.metadata.uid);
    if (known) return known;
    const expected = expectationOf(capture);
    if (!expected) return undefined;
    const children = childrenOf(capture.metadata.uid).filter((child) => isChild(child, expected));
    const made = { expected, fold: createFold(children) };
    kept.set(capture.metadata.uid, made);
    return made;
  }

  return {
    of: (capture) => keep(capture)?.fold ?? createFold(),
    isOurs(child, capture) {
      if (child.captureUid !== capture.metadata.uid) return false;
      const known = keep(capture);
      return known !== undefined && isChild(child, known.expected);
    },
    onChild(change) {
      const { record } = change;
      const known = kept.get(record.captureUid);
      if (change.type === 'deleted') {
        reported.delete(record.uid);
        if (known && isChild(record, known.expected)) known.fold.delete(record.nodeName);
        return;
      }
      if (known && isChild(record, known.expected)) known.fold.set(record);
    },
    forget: (captureUid) => {
      kept.delete(captureUid);
    },
  };
}
