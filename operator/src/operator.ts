import { API_VERSION, ARTIFACTS_SERVICE, type DiagnosticCapture, type DiagnosticCaptureStatus } from '@nicdiag/api';
import {
  createWorkQueue,
  type EventRecorder,
  findCondition,
  isKubeError,
  type KubeClient,
  type Leadership,
  parseObjectKey,
  type ReconcileResult,
  runController,
  type Stored,
  type WorkQueue,
} from '@nicdiag/kube';
import type { Logger } from '@nicdiag/runtime';
import { createChildWriter } from './capture/children.ts';
import type { SealResult } from './capture/conditions.ts';
import { createDeletionReconciler } from './capture/deletion.ts';
import { eventsOf } from './capture/events.ts';
import { createFolds } from './capture/folds.ts';
import { about, createCaptureReconciler } from './capture/reconcile.ts';
import { createStatusWriter } from './capture/statusWriter.ts';
import { createTargets } from './capture/targets.ts';
import { type CertificateSource, createCertificateReconciler } from './certificates/reconcile.ts';
import { type Fence, NotLeaderError } from './fence.ts';
import { createAssignedAt } from './inbox/assignedAt.ts';
import { createInboxReconciler } from './inbox/reconcile.ts';
import type { OperatorMetrics } from './metrics.ts';
import { createRetentionReconciler } from './retention/reconcile.ts';
import { createSealReconciler, type Sealer } from './seal/reconcile.ts';
import { type Queues, wire } from './wiring.ts';
import { createWorld } from './world.ts';

export interface OperatorOptions {
  client: KubeClient;
  /** of operator and artifact server */
  namespace: string;
  agentNamespace: string;
  /** Where the artifact server's certificate comes from; undefined: from whoever installed it. */
  certificate: CertificateSource | undefined;
  seal: Sealer;
  /** from a seal to the first look for late evidence */
  firstResealMs: number;
  recorder: EventRecorder;
  metrics: OperatorMetrics;
  logger: Logger;
}

/** All controllers over one picture of the cluster. A standby keeps the picture, so that it can take over at once. */
export interface Operator extends Disposable {
  /** Follows the API server until aborted. */
  watch(options: { signal: AbortSignal }): Promise<void>;
  /** Why it is not ready to lead, one sentence each. */
  unready(): string[];
  /** PEM of the authorities of the artifact server's certificate, where the operator keeps it; undefined where it does not.
   * @throws Error before they are known */
  artifactsCa(): string | undefined;
  /** Runs the controllers until leadership ends. */
  lead(leadership: Leadership): Promise<void>;
}

interface Controller {
  readonly name: string;
  /** What a key stands for, as fields of a log line. */
  readonly subject: (key: string) => Readonly<Record<string, string>>;
  readonly queue: WorkQueue;
  readonly workers: number;
  readonly reconcile: (key: string, options: { signal: AbortSignal }) => Promise<ReconcileResult | undefined>;
}

const captureOfKey = (capture: string) => ({ capture });

export function createOperator(options: OperatorOptions): Operator {
  const { client, metrics, logger, recorder } = options;
  const world = createWorld({
    client,
    agentNamespace: options.agentNamespace,
    onError: (error, kind, doing) => logger.warn('watching is interrupted and goes on', { kind, doing, error }),
  });
  const queue = (name: string) => createWorkQueue({ name, metrics });
  const queues: Queues = {
    captures: queue('capture'),
    inboxes: queue('inbox'),
    seals: createWorkQueue({ name: 'seal', metrics, backoff: { baseMs: 1_000, maxMs: 60_000 } }),
    retention: queue('retention'),
    deletions: queue('deletion'),
  };
  // Nothing is written before somebody leads; from then on the leadership itself is asked.
  let fence: Fence = { isLeader: () => false };
  const fenced: Fence = { isLeader: () => fence.isLeader() };
  const folds = createFolds({
    childrenOf: (captureUid) => world.children.byIndex('capture', captureUid),
    onForeign: (child, why) =>
      logger.error('ignoring a NodeCapture that this operator did not make', {
        capture: `${child.namespace}/${child.captureName}`,
        captureUid: child.captureUid,
        nodeCapture: child.key,
        node: child.nodeName,
        why,
      }),
  });
  const targets = createTargets(() => world.nodes.values());
  const assignedAt = createAssignedAt();
  const seals = new Map<string, SealResult>();
  const status = createStatusWriter({ client, world, fence: fenced, onWritten: announce });
  const shared = { client, world, folds, targets, fence: fenced, assignedAt, logger };
  const children = createChildWriter({
    client,
    world,
    fence: fenced,
    onEnded: (reason) => metrics.countOwn('nicdiag_node_captures_ended_by_operator_total', { reason }),
  });

  const certificates =
    options.certificate &&
    createCertificateReconciler({
      ...{ client, fence: fenced, logger, certificate: options.certificate },
      ...{ namespace: options.namespace, agentNamespace: options.agentNamespace },
    });
  const certificateQueue = certificates && queue('certificate');

  wire({
    world,
    queues,
    folds,
    assignedAt,
    onCaptureGone(captureUid) {
      for (const memory of [folds, targets, status]) memory.forget(captureUid);
      seals.delete(captureUid);
    },
  });

  /** Tells users, log and metrics what a written status means. */
  function announce(before: Stored<DiagnosticCapture>, after: DiagnosticCaptureStatus): void {
    const { name, namespace, uid } = before.metadata;
    const regarding = { apiVersion: API_VERSION, kind: 'DiagnosticCapture', name, namespace, uid };
    for (const event of eventsOf(before.status, after)) recorder.record({ regarding, ...event });
    if (!before.status?.startedAt) logger.info('capture accepted', { ...about(before), nodes: after.counts?.targeted });
    if (!after.finishedAt || before.status?.finishedAt) return;
    const reason = findCondition(after.conditions, 'Succeeded')?.reason ?? '';
    const seconds = (Date.parse(after.finishedAt) - Date.parse(after.startedAt ?? after.finishedAt)) / 1000;
    metrics.countOwn('nicdiag_captures_finished_total', { reason });
    metrics.observeOwn('nicdiag_capture_wall_seconds', { reason }, seconds);
    logger.info('capture finished', { ...about(before), reason, seconds, counts: after.counts });
  }

  const controllers: readonly Controller[] = [
    {
      name: 'capture',
      subject: captureOfKey,
      queue: queues.captures,
      workers: 4,
      reconcile: createCaptureReconciler({
        ...shared,
        children,
        status,
        assignedMs: (child) => assignedAt.ms(child.uid),
        sealOf: (captureUid) => seals.get(captureUid),
      }),
    },
    {
      name: 'inbox',
      subject: (node) => ({ node }),
      queue: queues.inboxes,
      workers: 32,
      reconcile: createInboxReconciler(shared),
    },
    {
      name: 'seal',
      subject: captureOfKey,
      queue: queues.seals,
      workers: 4,
      reconcile: createSealReconciler({
        ...shared,
        seal: options.seal,
        firstResealMs: options.firstResealMs,
        onResult(capture, result) {
          seals.set(capture.metadata.uid, result);
          queues.captures.add(`${capture.metadata.namespace}/${capture.metadata.name}`);
        },
      }),
    },
    {
      name: 'retention',
      subject: captureOfKey,
      queue: queues.retention,
      workers: 2,
      reconcile: createRetentionReconciler(shared),
    },
    {
      name: 'deletion',
      subject: (key) => ({ captureUid: parseObjectKey(key).name }),
      queue: queues.deletions,
      workers: 2,
      reconcile: createDeletionReconciler(shared),
    },
    ...(certificates === undefined || certificateQueue === undefined
      ? []
      : [
          {
            name: 'certificate',
            subject: () => ({}),
            queue: certificateQueue,
            workers: 1,
            reconcile: certificates.reconcile,
          },
        ]),
  ];

  function report({ name, subject }: Controller, error: unknown, key: string): void {
    // Others write the same objects: looking again is how that is dealt with.
    const expected =
      isKubeError(error, 'Conflict', 'Invalid', 'AlreadyExists', 'NotFound') || error instanceof NotLeaderError;
    const about = { controller: name, ...subject(key) };
    logger.log(expected ? 'debug' : 'warn', 'reconciliation failed and is tried again', { ...about, error });
  }

  return {
    watch: (context) => world.run(context),
    artifactsCa: () => certificates?.ca(),
    unready: () => world.unsynced().map((kind) => `${kind} have not been listed yet`),
    async lead({ signal, isLeader }) {
      await world.synced({ signal });
      fence = { isLeader };
      logger.info('leading');
      certificateQueue?.add(ARTIFACTS_SERVICE.name);
      try {
        await Promise.all(
          controllers.map((controller) =>
            runController(
              { ...controller, metrics, onError: (error, key) => report(controller, error, key) },
              { signal },
            ),
          ),
        );
      } finally {
        fence = { isLeader: () => false };
      }
    },
    [Symbol.dispose]() {
      for (const each of [...Object.values(queues), certificateQueue]) each?.[Symbol.dispose]();
    },
  };
}
