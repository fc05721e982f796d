import type { CaptureTarget } from '@nicdiag/api';
import type { NodeRecord } from '../records/node.ts';
import { matchesSelector } from './labelSelector.ts';

/** The nodes that a capture is about, resolved once when it is accepted. */
export interface Target {
  /** sorted, each once */
  readonly nodes: readonly string[];
  /** Nodes that were counted at acceptance and could not be named again after a restart of the operator. */
  readonly vanished: number;
}

/** Resolves a target at acceptance. The device filter takes no part: only the agent knows what is on its node now, and
 * an inventory that is a minute old must not decide that a device is not there. */
export function resolveTarget(target: CaptureTarget, nodes: Iterable<NodeRecord>): Target {
  return { nodes: sorted(target.nodeNames ?? selected(target, nodes, () => true)), vanished: 0 };
}

/** Resolves a target again after the operator was restarted while nodes still waited for their turn.
 * @param started nodes that already have a NodeCapture
 * @param acceptedMs when it was accepted, milliseconds since the epoch: younger nodes were not meant
 * @param targeted how many nodes were counted then; the total never shrinks */
export function resolveAgain(
  target: CaptureTarget,
  nodes: Iterable<NodeRecord>,
  { started, acceptedMs, targeted }: { started: Iterable<string>; acceptedMs: number; targeted: number },
): Target {
  const names = target.nodeNames ?? selected(target, nodes, (node) => node.createdMs <= acceptedMs);
  const all = sorted([...names, ...started]);
  return { nodes: all, vanished: Math.max(0, targeted - all.length) };
}

function selected(target: CaptureTarget, nodes: Iterable<NodeRecord>, meant: (node: NodeRecord) => boolean): string[] {
  const { nodeSelector } = target;
  if (!nodeSelector) return [];
  const names: string[] = [];
  for (const node of nodes) if (meant(node) && matchesSelector(node.labels, nodeSelector)) names.push(node.name);
  return names;
}

function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].sort();
}
