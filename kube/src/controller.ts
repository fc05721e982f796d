import { type MetricsSink, noMetrics } from './metrics.ts';
import type { WorkQueue } from './workQueue.ts';

/** What a reconciliation wants next; nothing means: when something changes. */
export interface ReconcileResult {
  requeueAfterMs?: number | undefined;
}

export interface ControllerOptions {
  /** label of its metrics */
  name: string;
  queue: WorkQueue;
  /** Keys worked on at once. @default 4 */
  workers?: number;
  /** Brings one object to what it should be. A throw is a failure: tried again with back-off. */
  reconcile: (key: string, options: { signal: AbortSignal }) => Promise<ReconcileResult | undefined>;
  onError?: (error: unknown, key: string) => void;
  metrics?: MetricsSink;
}

/** Works on the queue until aborted; resolves when the last reconciliation has ended. */
export async function runController(options: ControllerOptions, { signal }: { signal: AbortSignal }): Promise<void> {
  const { name, queue, reconcile, onError } = options;
  const metrics = options.metrics ?? noMetrics;
  const workers = options.workers ?? 4;
  const labels = { controller: name };
  let active = 0;
  metrics.gauge('controller_runtime_max_concurrent_reconciles', labels, workers);

  function finish(key: string, result: 'success' | 'requeue_after' | 'error', seconds: number): void {
    metrics.count('controller_runtime_reconcile_total', { controller: name, result });
    metrics.observe('controller_runtime_reconcile_time_seconds', labels, seconds);
    if (result === 'error') {
      metrics.count('controller_runtime_reconcile_errors_total', labels);
      queue.retry(key);
    } else {
      queue.forget(key);
    }
  }

  async function work(key: string): Promise<void> {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    metrics.gauge('controller_runtime_active_workers', labels, ++active);
    try {
      const result = await reconcile(key, { signal });
      const after = result?.requeueAfterMs;
      finish(key, after === undefined ? 'success' : 'requeue_after', seconds());
      if (after !== undefined) queue.addAfter(key, after);
    } catch (error) {
      // The shutdown aborts calls in flight: no failure of the object.
      if (signal.aborted) return;
      finish(key, 'error', seconds());
      onError?.(error, key);
    } finally {
      metrics.gauge('controller_runtime_active_workers', labels, --active);
      queue.done(key);
    }
  }

  async function worker(): Promise<void> {
    for (;;) {
      const key = await queue.take({ signal });
      if (key === undefined) return;
      await work(key);
    }
  }

  await Promise.all(Array.from({ length: workers }, worker));
}
