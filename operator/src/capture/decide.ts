import type { DiagnosticCapture, DiagnosticCaptureStatus } from '@nicdiag/api';
import type { Stored } from '@nicdiag/kube';
import type { ChildRecord } from '../records/child.ts';
import type { SealResult } from './conditions.ts';
import { decideEnding, type Ending, lastWordMs } from './endings.ts';
import { decideFanOut, type FanOut } from './fanOut.ts';
import type { Fold } from './fold.ts';
import type { NodeView } from './nodeView.ts';
import { captureDeadlineMs } from './render.ts';
import { composeFinished, composeStatus, pendingNodes } from './status.ts';
import type { Target } from './target.ts';

/** Everything that is known about one capture at one moment. */
export interface Observation {
  readonly capture: Stored<DiagnosticCapture>;
  /** undefined for a finished capture: its target does not matter any more */
  readonly target: Target | undefined;
  readonly fold: Fold;
  readonly view: (nodeName: string) => NodeView;
  /** when a child was given to its agent, milliseconds since the epoch */
  readonly assignedMs: (child: ChildRecord) => number | undefined;
  /** Somebody else's NodeCapture has the name that this node's would get. */
  readonly blocked: (nodeName: string) => boolean;
  readonly seal: SealResult | undefined;
  /** on the API server's clock */
  readonly nowMs: number;
}

/** What is to be done about it, in this order. */
export interface Plan {
  readonly end: readonly { child: ChildRecord; ending: Ending }[];
  readonly fanOut: Pick<FanOut, 'start' | 'refuse' | 'more'>;
  readonly status: DiagnosticCaptureStatus;
  /** milliseconds since the epoch; undefined when only a change can matter */
  readonly wakeMs: number | undefined;
}

const noFanOut: Plan['fanOut'] = { start: [], refuse: [], more: false };

/** Decides about a capture. Pure: the same observation gives the same plan. */
export function decideCapture(observation: Observation): Plan {
  const { capture, target, fold, seal, nowMs } = observation;
  if (capture.status?.finishedAt || !target) {
    return { end: [], fanOut: noFanOut, status: composeFinished(capture, seal, nowMs), wakeMs: undefined };
  }
  const startedAt = capture.status?.startedAt ?? new Date(nowMs).toISOString();
  const deadlineMs = captureDeadlineMs(capture, startedAt);
  const cancelled = capture.spec.cancel;
  const closed = cancelled ? 'cancelled' : nowMs >= deadlineMs ? 'deadline' : undefined;
  const status = composeStatus({ capture, startedAt, target, fold, closed, nowMs });
  // Nothing is created before the start is written down: the children's deadline is made from it.
  if (!capture.status?.startedAt) return { end: [], fanOut: noFanOut, status, wakeMs: undefined };

  const shared = { named: capture.spec.target.nodeNames !== undefined, collectors: capture.spec.collectors, nowMs };
  const wakes: number[] = [];
  const end: { child: ChildRecord; ending: Ending }[] = [];
  for (const child of fold.live.values()) {
    const assignedMs = observation.assignedMs(child);
    const decided = decideEnding({ ...shared, child, view: observation.view(child.nodeName), assignedMs, cancelled });
    if ('ending' in decided) end.push({ child, ending: decided.ending });
    else wakes.push(decided.wakeMs);
  }
  const fanOut = closed
    ? { ...noFanOut, wakeMs: undefined }
    : decideFanOut({
        ...shared,
        pending: pendingNodes(target, fold).filter((nodeName) => !observation.blocked(nodeName)),
        live: fold.live.size,
        maxNodes: capture.spec.parallelism.maxNodes,
        view: observation.view,
      });
  if (fanOut.wakeMs !== undefined) wakes.push(fanOut.wakeMs);
  if (!status.finishedAt) wakes.push(closed === 'deadline' ? nowMs + lastWordMs : deadlineMs);
  return { end, fanOut, status, wakeMs: wakes.length > 0 ? Math.min(...wakes) : undefined };
}
