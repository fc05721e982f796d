import type { KubeClient } from './client.ts';
import { isKubeError } from './kubeError.ts';
import { microTime } from './lease.ts';
import type { KubeObject } from './objects.ts';
import { resource } from './resource.ts';

export interface ObjectReference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string | undefined;
  uid: string;
}

/** @source https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
export interface KubeEvent extends KubeObject {
  eventTime?: string;
  reportingController?: string;
  reportingInstance?: string;
  action?: string;
  reason?: string;
  type?: string;
  regarding?: Partial<ObjectReference>;
  note?: string;
  series?: { count: number; lastObservedTime: string };
}

export const events = resource<KubeEvent>('events.k8s.io/v1', 'events');

export interface Occurrence {
  regarding: ObjectReference;
  type: 'Normal' | 'Warning';
  /** CamelCase, e.g. `NodeFailed` */
  reason: string;
  /** what the controller did, e.g. `Fold` */
  action: string;
  /** for people, cut to 1 kB */
  note: string;
}

export interface EventRecorderOptions {
  client: KubeClient;
  /** e.g. `nicdiag.dev/operator` */
  controller: string;
  /** e.g. the Pod's name; cut to 128 characters */
  instance: string;
  onError?: (error: unknown) => void;
}

/** Tells users what happened to an object. Never fails its caller: events are hints, state lives in the status. */
export interface EventRecorder extends AsyncDisposable {
  record(occurrence: Occurrence): void;
}

/** The same thing again within this time becomes a series instead of a new event. */
const seriesWindowMs = 360_000;
/** Objects with a running series that are remembered. */
const maxSeries = 4_096;
const maxNoteLength = 1_024;

interface Series {
  name: string;
  namespace: string;
  count: number;
  lastMs: number;
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, onError } = options;
  const series = new Map<string, Series>();
  const closing = new AbortController();
  // One at a time: an event's series must not overtake its creation.
  let tail: Promise<void> = Promise.resolve();
  let serial = 0;

  async function write(occurrence: Occurrence, time: Date): Promise<void> {
    const { regarding, type, reason, action } = occurrence;
    const key = [regarding.uid, type, reason, action].join('\n');
    const running = series.get(key);
    if (running && time.getTime() - running.lastMs < seriesWindowMs) {
      running.count++;
      running.lastMs = time.getTime();
      if (await extend(running, time)) return;
    }
    const namespace = regarding.namespace ?? 'default';
    const name = `${regarding.name.slice(0, 200)}.${time.getTime().toString(16)}${(serial++ & 0xfff).toString(16)}`;
    await client.create(
      events,
      {
        metadata: { name, namespace },
        eventTime: microTime(time),
        reportingController: options.controller,
        reportingInstance: options.instance.slice(0, 128),
        type,
        reason,
        action,
        regarding,
        note: occurrence.note.slice(0, maxNoteLength),
      },
      { signal: closing.signal },
    );
    series.delete(key);
    series.set(key, { name, namespace, count: 1, lastMs: time.getTime() });
    const [oldest] = series.keys();
    if (series.size > maxSeries && oldest !== undefined) series.delete(oldest);
  }

  /** @returns false when the event is gone: events live an hour */
  async function extend(running: Series, time: Date): Promise<boolean> {
    try {
      const body = { series: { count: running.count, lastObservedTime: microTime(time) } };
      await client.patch(events, running, { type: 'merge', body }, { signal: closing.signal });
      return true;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return false;
      throw error;
    }
  }

  return {
    record(occurrence) {
      if (closing.signal.aborted) return;
      const time = new Date();
      tail = tail.then(() => write(occurrence, time)).catch((error: unknown) => onError?.(error));
    },
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => closing.abort(new Error('the event recorder is closed')), 2_000);
      await tail;
      clearTimeout(timer);
      closing.abort(new Error('the event recorder is closed'));
    },
  };
}
