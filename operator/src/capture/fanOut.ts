import type { NodeReason } from '@nicdiag/api';
import { type Admission, type AdmissionContext, admitNode } from './admission.ts';
import type { NodeView } from './nodeView.ts';

export interface FanOutInput extends Omit<AdmissionContext, 'nodeName'> {
  /** nodes without a NodeCapture, in the order of their turns */
  readonly pending: Iterable<string>;
  /** NodeCaptures that have not ended */
  readonly live: number;
  readonly maxNodes: number;
  readonly view: (nodeName: string) => NodeView;
}

export interface FanOut {
  /** nodes that get their NodeCapture now */
  readonly start: readonly string[];
  /** nodes that get a NodeCapture only to say why they take no part */
  readonly refuse: readonly { nodeName: string; reason: NodeReason; message: string }[];
  /** milliseconds since the epoch at which a waiting node is to be looked at again */
  readonly wakeMs: number | undefined;
  /** There is more to do at once: this round only was full. */
  readonly more: boolean;
}

/** NodeCaptures made in one round, so that folding and status keep up during a large fan-out: some hundred milliseconds
 * of an API server's writes. */
export const maxRound = 256;

/** Which nodes' turn it is: in order, at most `maxNodes` that have not ended at any time. A node that is refused, or
 * waits for its agent, holds nobody up. */
export function decideFanOut(input: FanOutInput): FanOut {
  const start: string[] = [];
  const refuse: { nodeName: string; reason: NodeReason; message: string }[] = [];
  let wakeMs: number | undefined;
  let more = false;
  for (const nodeName of input.pending) {
    if (start.length >= input.maxNodes - input.live) break;
    if (start.length + refuse.length >= maxRound) {
      more = true;
      break;
    }
    const admission: Admission = admitNode(input.view(nodeName), { ...input, nodeName });
    if (admission.type === 'start') start.push(nodeName);
    else if (admission.type === 'refuse')
      refuse.push({ nodeName, reason: admission.reason, message: admission.message });
    else wakeMs = Math.min(wakeMs ?? admission.untilMs, admission.untilMs);
  }
  return { start, refuse, wakeMs, more };
}
