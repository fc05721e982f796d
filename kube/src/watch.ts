import { errorOfStatus, KubeError } from './kubeError.ts';
import { readLines } from './lineStream.ts';
import { stripManagedFields } from './managedFields.ts';
import { isKubeStatus, type KubeObject, type Stored } from './objects.ts';
import { collectionPath, type Resource } from './resource.ts';
import type { SignalOption, Transport } from './transport.ts';

export interface WatchOptions extends SignalOption {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Events after this version. Without it the server first sends what exists as ADDED. */
  resourceVersion?: string | undefined;
  /** Objects come with their metadata only, see ListOptions. */
  metadataOnly?: boolean | undefined;
  /** The server ends the stream after so long. @default random between 240 and 480, so that watches spread */
  timeoutSeconds?: number | undefined;
  /** Longest silence. The server sends a bookmark about every minute; none for so long means a dead connection.
   * @default 180 s */
  stallTimeoutMs?: number | undefined;
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  /** Only the version moved on; the object has no more than `metadata.resourceVersion`. */
  | { type: 'BOOKMARK'; resourceVersion: string };

/** One watch request. Ends when the server ends it; what happens next is the caller's decision.
 * @throws KubeError: `Expired` (410) when the version is too old, `StreamBroken` for resets and silence */
export async function* streamWatch<T extends KubeObject>(
  transport: Transport,
  resource: Resource<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<Stored<T>>> {
  const path = collectionPath(resource, options.namespace);
  const attempted = `WATCH ${path}`;
  const stallTimeoutMs = options.stallTimeoutMs ?? 180_000;
  using stall = createStallTimer(stallTimeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal;
  try {
    const response = await transport.send(
      {
        method: 'GET',
        path,
        query: {
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: options.resourceVersion,
          labelSelector: options.labelSelector,
          fieldSelector: options.fieldSelector,
          timeoutSeconds: options.timeoutSeconds ?? 240 + Math.floor(Math.random() * 240),
        },
        bodyTimeoutMs: 0,
        ...(options.metadataOnly ? { headers: { accept: acceptMetadata('PartialObjectMetadata') } } : {}),
      },
      { signal },
    );
    stall.restart();
    for await (const line of readLines(response.body)) {
      // Whole lines count as life; a stream that drips bytes without ever finishing one does not.
      stall.restart();
      yield parseEvent<T>(line, attempted);
    }
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (stall.signal.aborted) {
      throw streamBroken(attempted, `nothing came for ${stallTimeoutMs} ms, not even a bookmark`, error);
    }
    throw error instanceof KubeError ? error : streamBroken(attempted, 'the stream broke off', error);
  }
}

/** A server that does not know the form sends whole objects, which are as good.
 * @source https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
export function acceptMetadata(kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList'): string {
  return `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;
}

function parseEvent<T extends KubeObject>(line: string, attempted: string): WatchEvent<Stored<T>> {
  let event: { type?: unknown; object?: Stored<T> | null } | null;
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw streamBroken(attempted, 'a line that is not JSON', cause);
  }
  const { type, object } = event ?? {};
  if (type === 'ERROR' && isKubeStatus(object)) throw errorOfStatus(attempted, object);
  if (type !== 'BOOKMARK' && type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') {
    throw streamBroken(attempted, `an event of unknown type ${String(type).slice(0, 40)}`, undefined);
  }
  const { name, resourceVersion }: { name?: unknown; resourceVersion?: unknown } = object?.metadata ?? {};
  const named = type === 'BOOKMARK' || typeof name === 'string';
  if (object === undefined || object === null || typeof resourceVersion !== 'string' || !named) {
    throw streamBroken(
      attempted,
      `an event of type ${type} without an object that has a name and a version`,
      undefined,
    );
  }
  return type === 'BOOKMARK' ? { type, resourceVersion } : { type, object: stripManagedFields(object) };
}

function streamBroken(attempted: string, reason: string, cause: unknown): KubeError {
  return new KubeError({ code: 'StreamBroken', status: 0, attempted, reason, cause });
}

interface StallTimer extends Disposable {
  readonly signal: AbortSignal;
  restart(): void;
}

function createStallTimer(timeoutMs: number): StallTimer {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('watch stalled')), timeoutMs);
  return {
    signal: controller.signal,
    restart: () => timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
