import { type BackoffOptions, backoffDelay } from './backoff.ts';
import { type MetricsSink, noMetrics } from './metrics.ts';
import type { SignalOption } from './transport.ts';

export interface WorkQueueOptions {
  /** label of its metrics */
  name: string;
  /** Per key, for failures in a row. @default 20 ms to 60 s */
  backoff?: BackoffOptions;
  metrics?: MetricsSink;
}

/** Keys to be worked on. A key waits at most once, and is never handed out while it is being worked on:
 * what is added meanwhile waits until `done`. */
export interface WorkQueue extends Disposable {
  /** keys waiting, delayed ones not counted */
  readonly depth: number;
  add(key: string): void;
  /** Adds later. Of several delays for one key the earliest holds. */
  addAfter(key: string, delayMs: number): void;
  /** Adds after the key's back-off, which grows with each call until `forget`. */
  retry(key: string): void;
  /** The key succeeded: its next back-off starts from the beginning. */
  forget(key: string): void;
  /** failures in a row of a key */
  failures(key: string): number;
  /** The next key, oldest first; waits for one. Undefined once the queue is disposed of or the signal aborted. */
  take(options?: SignalOption): Promise<string | undefined>;
  /** Must follow each `take`. */
  done(key: string): void;
}

/** Longest delay of a Node timer; a longer one fires at once. */
const maxTimerMs = 2 ** 31 - 1;

/** How often the ages of the work in progress are reported, as client-go does. */
const progressMs = 500;

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { name } = options;
  const metrics = options.metrics ?? noMetrics;
  const backoff = options.backoff ?? { baseMs: 20, maxMs: 60_000 };
  const labels = { name };
  const waiting = new Map<string, number>();
  const working = new Map<string, number>();
  const addedWhileWorking = new Set<string>();
  const delayed = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  const failures = new Map<string, number>();
  const takers = new Set<(key: string | undefined) => void>();
  let disposed = false;
  let reporting: NodeJS.Timeout | undefined;
  reportProgress();

  function handOut(): string | undefined {
    const [next] = waiting;
    if (!next) return undefined;
    const [key, since] = next;
    const now = performance.now();
    waiting.delete(key);
    working.set(key, now);
    reporting ??= setInterval(reportProgress, progressMs).unref();
    metrics.gauge('workqueue_depth', labels, waiting.size);
    metrics.observe('workqueue_queue_duration_seconds', labels, (now - since) / 1000);
    return key;
  }

  function add(key: string): void {
    if (disposed) return;
    if (working.has(key)) {
      addedWhileWorking.add(key);
      return;
    }
    if (waiting.has(key)) return;
    waiting.set(key, performance.now());
    metrics.count('workqueue_adds_total', labels);
    metrics.gauge('workqueue_depth', labels, waiting.size);
    const [taker] = takers;
    if (!taker) return;
    takers.delete(taker);
    taker(handOut());
  }

  function addAfter(key: string, delayMs: number): void {
    if (disposed) return;
    if (!(delayMs > 0)) {
      add(key);
      return;
    }
    const at = performance.now() + delayMs;
    const earlier = delayed.get(key);
    if (earlier && earlier.at <= at) return;
    if (earlier) clearTimeout(earlier.timer);
    const timer = setTimeout(
      () => {
        delayed.delete(key);
        add(key);
      },
      Math.min(delayMs, maxTimerMs),
    );
    delayed.set(key, { at, timer });
  }

  /** Ages grow while nothing happens: a key that hangs must show. No timer runs while there is no work. */
  function reportProgress(): void {
    const now = performance.now();
    let sum = 0;
    let longest = 0;
    for (const since of working.values()) {
      sum += now - since;
      longest = Math.max(longest, now - since);
    }
    metrics.gauge('workqueue_unfinished_work_seconds', labels, sum / 1000);
    metrics.gauge('workqueue_longest_running_processor_seconds', labels, longest / 1000);
  }

  return {
    get depth() {
      return waiting.size;
    },
    add,
    addAfter,
    retry(key) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      metrics.count('workqueue_retries_total', labels);
      addAfter(key, backoffDelay(backoff, count, Math.random()));
    },
    forget: (key) => {
      failures.delete(key);
    },
    failures: (key) => failures.get(key) ?? 0,
    take({ signal } = {}) {
      if (disposed || signal?.aborted) return Promise.resolve(undefined);
      const key = handOut();
      if (key !== undefined) return Promise.resolve(key);
      return new Promise((resolve) => {
        const taker = (taken: string | undefined) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(taken);
        };
        const onAbort = () => {
          takers.delete(taker);
          resolve(undefined);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        takers.add(taker);
      });
    },
    done(key) {
      const since = working.get(key);
      if (since === undefined) return;
      metrics.observe('workqueue_work_duration_seconds', labels, (performance.now() - since) / 1000);
      working.delete(key);
      if (working.size === 0) {
        clearInterval(reporting);
        reporting = undefined;
        reportProgress();
      }
      if (addedWhileWorking.delete(key)) add(key);
    },
    [Symbol.dispose]() {
      disposed = true;
      clearInterval(reporting);
      for (const { timer } of delayed.values()) clearTimeout(timer);
      delayed.clear();
      waiting.clear();
      for (const taker of takers) taker(undefined);
      takers.clear();
    },
  };
}
