import type { Assignment } from '@nicdiag/api';
import { toError } from '@nicdiag/runtime';
import { crashPoint } from '../crashPoints.ts';
import { type InboxAction, judge, type KnownCapture } from '../inbox/decide.ts';
import { observed, readWork } from '../inbox/nodeCapture.ts';
import type { CaptureRecord, FinishedRecord, JournalRecord } from '../journal/captureRecord.ts';
import type { CaptureContext } from './captureContext.ts';
import { captureFields } from './captureFields.ts';
import { type CaptureState, createCaptureState } from './captureState.ts';
import { toRfc3339 } from './rfc3339.ts';
import { runCapture } from './runCapture.ts';

/** All captures of this node. */
export interface Captures {
  /** Goes on with what the last agent left, in the order of its assignment. */
  resume(records: readonly JournalRecord[]): void;
  known(): readonly KnownCapture[];
  apply(actions: readonly InboxAction[]): void;
  /** Forgets finished captures that are not assigned any more. */
  prune(assigned: ReadonlySet<string>): void;
  open(): number;
  /** Resolves when no capture is at work any more: each has ended or has heard of the shutdown. */
  settled(): Promise<void>;
}

/** A finished capture is remembered at least so long; after that a stale assignment of it meets its terminal status. */
const REMEMBER_MS = 3_600_000;

/** An assignment that is older was met after a restart, or by an agent that was away: then nothing but the truth will do. */
const JUST_ASSIGNED_MS = 30_000;

export function createCaptures(context: CaptureContext, { signal }: { readonly signal: AbortSignal }): Captures {
  const { logger, journal, time } = context;
  /** Assignments whose NodeCapture is being asked for; the value is whether a cancel came meanwhile. */
  const arriving = new Map<string, { cancelled: boolean }>();
  const running = new Map<string, CaptureState>();
  const finished = new Map<string, FinishedRecord>();
  const checking = new Set<string>();
  const work = new Set<Promise<void>>();

  /** Keeps track of work that nobody waits for; its failure is logged, not lost. */
  const track = (what: string, uid: string, promise: Promise<void>): void => {
    const tracked = promise
      .catch((thrown: unknown) => {
        const about = { nodeCaptureUid: uid, error: toError(thrown) };
        if (!signal.aborted) (running.get(uid)?.logger ?? logger).error(what, about);
      })
      .finally(() => work.delete(tracked));
    work.add(tracked);
  };

  const run = (record: CaptureRecord): CaptureState => {
    const child = logger.child(captureFields(record));
    const state = createCaptureState({ record, journal, logger: child, shutdown: signal });
    running.set(record.uid, state);
    const life = async (): Promise<void> => {
      try {
        await runCapture(context, state);
        if (!signal.aborted && !state.dropped.aborted) remember(state.record);
      } catch (thrown) {
        if (signal.aborted) return;
        // A defect or a full disk. The record stays in the journal: the next agent tries again, and the operator ends
        // the node by its deadline.
        child.error('the capture cannot go on in this agent', { error: toError(thrown) });
        return;
      } finally {
        await state.noted();
      }
      if (!signal.aborted) running.delete(record.uid);
    };
    track('a capture failed', record.uid, life());
    return state;
  };

  const remember = ({ uid, namespace, name }: { uid: string; namespace: string; name: string }): void => {
    finished.set(uid, { phase: 'finished', uid, namespace, name, finishedAt: toRfc3339(time.now(), 'seconds') });
  };

  const arrive = async (assignment: Assignment): Promise<void> => {
    const { uid, namespace, name, assignedAt } = assignment;
    const arrival = { cancelled: assignment.cancel };
    arriving.set(uid, arrival);
    try {
      const justAssigned = time.now() - Date.parse(assignedAt) < JUST_ASSIGNED_MS;
      const object = await context.fetch(assignment, { signal, justAssigned });
      const verdict = judge(object === undefined ? { type: 'absent' } : observed(object), uid, context.nodeName);
      if (verdict !== 'run' || object === undefined) {
        const capture = object && { capture: `${namespace}/${object.spec.capture.name}` };
        logger.info('an assignment needs nothing of this agent', { ...capture, nodeCapture: name, verdict });
        // Otherwise each event of the inbox would ask again.
        remember(assignment);
        return;
      }
      const record: CaptureRecord = {
        phase: 'open',
        uid,
        namespace,
        name,
        capture: object.spec.capture,
        work: readWork(object),
        assignedAt,
        startedAt: toRfc3339(time.now(), 'milliseconds'),
      };
      await journal.save(record);
      crashPoint('capture-journaled');
      const state = run(record);
      state.logger.info('a capture is taken on', { collectors: record.work.collectors.length });
      if (arrival.cancelled) state.stop('Cancelled');
    } finally {
      arriving.delete(uid);
    }
  };

  /** The assignment of a capture vanished: what became of it decides. */
  const check = async (uid: string): Promise<void> => {
    const state = running.get(uid);
    if (state === undefined || checking.has(uid)) return;
    checking.add(uid);
    try {
      const verdict = judge(await context.observe(state.record, { signal }), uid, context.nodeName);
      if (verdict === 'drop') state.drop();
      if (verdict === 'stop') state.stop('EndedElsewhere');
    } finally {
      checking.delete(uid);
    }
  };

  const apply = (action: InboxAction): void => {
    if (action.type === 'start') {
      track('an assignment could not be taken on', action.assignment.uid, arrive(action.assignment));
    } else if (action.type === 'check') {
      track('what became of a capture is not known', action.uid, check(action.uid));
    } else {
      const arrival = arriving.get(action.uid);
      if (arrival !== undefined) arrival.cancelled = true;
      running.get(action.uid)?.stop('Cancelled');
    }
  };

  return {
    resume(records) {
      for (const record of records) {
        if (record.phase === 'finished') {
          finished.set(record.uid, record);
          continue;
        }
        run(record).logger.info('a capture goes on');
      }
    },
    known: () => [
      ...[...arriving].map(([uid, { cancelled }]) => ({ uid, phase: 'active' as const, cancelled })),
      ...[...running.values()].map(({ record: { uid, reportedAt, stop } }) => ({
        uid,
        phase: reportedAt === undefined ? ('active' as const) : ('reported' as const),
        cancelled: stop !== undefined,
      })),
      ...[...finished.keys()].map((uid) => ({ uid, phase: 'finished' as const, cancelled: false })),
    ],
    apply(actions) {
      for (const action of actions) apply(action);
    },
    prune(assigned) {
      for (const [uid, { finishedAt }] of finished) {
        if (assigned.has(uid) || time.now() - Date.parse(finishedAt) < REMEMBER_MS) continue;
        finished.delete(uid);
        track('a finished capture could not be forgotten', uid, journal.forget(uid));
      }
    },
    open: () => running.size + arriving.size,
    async settled() {
      while (work.size > 0) await Promise.allSettled(work);
    },
  };
}
