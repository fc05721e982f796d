import { setTimeout as delay } from 'node:timers/promises';
import { backoffDelay } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { isExpired, KubeError } from './kubeError.ts';
import { type KubeObject, objectKey, type Stored } from './objects.ts';
import type { Resource } from './resource.ts';
import { compareVersions } from './resourceVersion.ts';
import { type Change, createStore, type Entry, type Indexers } from './store.ts';
import type { SignalOption } from './transport.ts';
import type { WatchOptions } from './watch.ts';

export interface InformerOptions<T extends KubeObject, R, I extends string> {
  client: KubeClient;
  resource: Resource<T>;
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** The objects have nothing but their metadata. @default false */
  metadataOnly?: boolean | undefined;
  /** Makes the compact record that is kept; the object itself is not. */
  transform: (object: Stored<T>) => R;
  /** Secondary indexes over the records. */
  indexers?: Indexers<R, I>;
  /** Told of failures that it recovers from by itself, and of handlers that threw. */
  onError?: (error: unknown, doing: 'list' | 'watch' | 'handler') => void;
  /** Tuning for tests. */
  watch?: Pick<WatchOptions, 'timeoutSeconds' | 'stallTimeoutMs'>;
  /** Waits after failures in a row. @default 250 ms to 30 s */
  backoff?: { baseMs: number; maxMs: number };
}

/** A local picture of a collection that follows the server through whatever happens to the connection. */
export interface Informer<T extends KubeObject, R, I extends string = never> {
  /** Lists, then watches, until aborted. Errors are reported and recovered from; it only ends by the signal. */
  run(options: { signal: AbortSignal }): Promise<void>;
  /** True once the first list is in the store and its handlers have run. */
  hasSynced(): boolean;
  /** Resolves when synced; rejects when aborted before. */
  synced(options?: SignalOption): Promise<void>;
  readonly size: number;
  /** @param key see `objectKey` */
  get(key: string): R | undefined;
  values(): IterableIterator<R>;
  byIndex(index: I, value: string): R[];
  /** Takes in what a write of ours returned, so that the next read sees it before its event arrives. */
  observe(object: Stored<T>): void;
  /** Calls synchronously, in order, for each change from now on. */
  onChange(handler: (change: Change<R>) => void): void;
}

/** A position the server cannot serve is not always called expired (a restored etcd has never heard of it). */
const failuresBeforeRelist = 5;

export function createInformer<T extends KubeObject, R, I extends string = never>(
  options: InformerOptions<T, R, I>,
): Informer<T, R, I> {
  const { client, resource, transform, onError } = options;
  const selection = {
    namespace: options.namespace,
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    metadataOnly: options.metadataOnly,
  };
  const backoff = options.backoff ?? { baseMs: 250, maxMs: 30_000 };
  const store = createStore<R, I>(options.indexers ?? ({} as Indexers<R, I>));
  const handlers: ((change: Change<R>) => void)[] = [];
  const ready = Promise.withResolvers<void>();
  let synced = false;
  let position: string | undefined;

  function publish(changes: readonly Change<R>[]): void {
    for (const change of changes) {
      for (const handler of handlers) {
        try {
          handler(change);
        } catch (error) {
          // One broken handler must not cost the others their event, nor the store its position.
          onError?.(error, 'handler');
        }
      }
    }
  }

  /** An object that the transform cannot read is reported and left out; it must not stop all others. */
  function entryOf(object: Stored<T>): Entry<R> | undefined {
    try {
      return { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion, record: transform(object) };
    } catch (error) {
      onError?.(error, 'handler');
      return undefined;
    }
  }

  /** Stores what is newer than what is there: an observed write may be ahead of the stream, and comes with it again.
   * @param make asked for only then: making records is most of the work with an event */
  function put(key: string, resourceVersion: string, make: () => Entry<R> | undefined): void {
    const known = store.version(key);
    if (resourceVersion === known || isOlder(resourceVersion, known)) return;
    const entry = make();
    if (entry) publish(store.set(key, entry));
  }

  function putObject(object: Stored<T>): void {
    put(objectKey(object.metadata), object.metadata.resourceVersion, () => entryOf(object));
  }

  /** @returns the version the list shows */
  async function relist(signal: AbortSignal): Promise<string> {
    // Into a map of its own: a list that breaks off half way must not look like deletions.
    const listed = new Map<string, Entry<R> | undefined>();
    let resourceVersion = '';
    for await (const page of client.pages(resource, { ...selection, signal })) {
      for (const item of page.items) listed.set(objectKey(item.metadata), entryOf(item));
      resourceVersion = page.resourceVersion;
    }
    // What was observed from a write after the list was made is newer than the list.
    const newer = (key: string) => isOlder(resourceVersion, store.version(key));
    for (const key of [...store.keys()]) if (!listed.has(key) && !newer(key)) publish(store.delete(key));
    for (const [key, entry] of listed) if (entry) put(key, entry.resourceVersion, () => entry);
    return resourceVersion;
  }

  /** Follows from the position until the stream ends. */
  async function follow(from: string, signal: AbortSignal): Promise<void> {
    for await (const event of client.watch(resource, {
      ...selection,
      ...options.watch,
      resourceVersion: from,
      signal,
    })) {
      if (event.type === 'BOOKMARK') {
        position = event.resourceVersion;
        continue;
      }
      const { metadata } = event.object;
      const key = objectKey(metadata);
      if (event.type !== 'DELETED') putObject(event.object);
      else if (!isOlder(metadata.resourceVersion, store.version(key))) publish(store.delete(key));
      position = metadata.resourceVersion;
    }
  }

  async function run({ signal }: { signal: AbortSignal }): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let doing: 'list' | 'watch' = 'watch';
      const started = performance.now();
      const from = position;
      let askedMs = 0;
      try {
        if (position === undefined) {
          doing = 'list';
          position = await relist(signal);
          synced = true;
          ready.resolve();
          doing = 'watch';
        }
        await follow(position, signal);
        // A stream that ends at once and empty is a fault somewhere: do not spin on it.
        const empty = position === from && performance.now() - started < 1_000;
        failures = empty ? failures + 1 : 0;
      } catch (error) {
        if (signal.aborted) return;
        failures = position === from ? failures + 1 : 1;
        if (isExpired(error) || failures >= failuresBeforeRelist) position = undefined;
        if (error instanceof KubeError) askedMs = error.retryAfterMs ?? 0;
        onError?.(error, doing);
      }
      if (failures > 0) await pause(Math.max(askedMs, backoffDelay(backoff, failures, Math.random())), signal);
    }
  }

  return {
    run,
    hasSynced: () => synced,
    async synced({ signal } = {}) {
      if (!signal) return ready.promise;
      signal.throwIfAborted();
      await Promise.race([ready.promise, aborted(signal)]);
    },
    get size() {
      return store.size;
    },
    get: (key) => store.get(key),
    values: () => store.values(),
    byIndex: (index, value) => store.byIndex(index, value),
    observe(object) {
      // Up to its position the informer has seen everything, a later deletion included.
      if (position === undefined || !isOlder(position, object.metadata.resourceVersion)) return;
      putObject(object);
    },
    onChange: (handler) => {
      handlers.push(handler);
    },
  };
}

/** True when both are known and `version` is below `than`. */
function isOlder(version: string, than: string | undefined): boolean {
  return than !== undefined && (compareVersions(version, than) ?? 0) < 0;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Aborted while waiting: the loop looks at the signal itself.
  await delay(ms, undefined, { signal }).catch(() => {});
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
