import type { Stored } from '@nicdiag/kube';
import type { Node } from '../resources.ts';

/** What the operator keeps of a Node. */
export interface NodeRecord {
  readonly name: string;
  readonly uid: string;
  /** milliseconds since the epoch, whole seconds */
  readonly createdMs: number;
  readonly labels: Readonly<Record<string, string>>;
}

export function nodeRecord(node: Stored<Node>): NodeRecord {
  const { name, uid, creationTimestamp, labels } = node.metadata;
  return { name, uid, createdMs: Date.parse(creationTimestamp), labels: labels ?? {} };
}
