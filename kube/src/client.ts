import type { ConnectionConfig } from './kubeConfig.ts';
import { KubeError } from './kubeError.ts';
import { stripManagedFields } from './managedFields.ts';
import { type MetricsSink, noMetrics } from './metrics.ts';
import type { Draft, KubeObject, ObjectRef, Stored } from './objects.ts';
import { collectionPath, objectPath, type Resource } from './resource.ts';
import type { ServerClock } from './serverClock.ts';
import {
  createTransport,
  type KubeRequest,
  type KubeResponse,
  type QueryValue,
  type SignalOption,
} from './transport.ts';
import { acceptMetadata, streamWatch, type WatchEvent, type WatchOptions } from './watch.ts';

export interface Selection {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection, SignalOption {
  /** objects in one page. @default 500 */
  limit?: number | undefined;
  /** Objects come with apiVersion, kind and metadata, and nothing else: a Node is 1 kB then instead of 15. */
  metadataOnly?: boolean | undefined;
}

export interface Page<T> {
  items: T[];
  /** the same on every page: the state the list shows, and where a watch goes on */
  resourceVersion: string;
}

export type Preconditions = { uid?: string; resourceVersion?: string };

export interface DeleteOptions extends SignalOption {
  preconditions?: Preconditions | undefined;
  /** @default Background */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}

export interface WriteOptions extends SignalOption {
  /** e.g. `status` */
  subresource?: string | undefined;
  fieldManager?: string | undefined;
  /** Everything is done, admission and defaults too, but nothing is kept */
  dryRun?: boolean | undefined;
}

export type JsonPatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: unknown }
  | { op: 'remove'; path: string };

export type Patch =
  | { type: 'json'; body: readonly JsonPatchOperation[] }
  /** A `metadata.resourceVersion` in it makes the server refuse it with Conflict when the object has changed. */
  | { type: 'merge'; body: object }
  /** Server-side apply; needs a fieldManager and apiVersion, kind, metadata.name in the body. */
  | { type: 'apply'; body: object; force?: boolean };

const patchContentType = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** REST over pooled connections. Objects come without managedFields. All errors of calls are {@link KubeError}. */
export interface KubeClient extends AsyncDisposable {
  readonly server: string;
  /** the namespace of the context, or the one asked for */
  readonly namespace: string;
  /** the API server's clock */
  readonly clock: ServerClock;
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options?: SignalOption): Promise<Stored<T>>;
  /** Like get, with undefined for an object that does not exist. */
  find<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options?: SignalOption,
  ): Promise<Stored<T> | undefined>;
  /** All objects, fetched in pages. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<Page<Stored<T>>>;
  /** Page by page, for lists that should not be in memory at once. */
  pages<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): AsyncGenerator<Page<Stored<T>>>;
  create<T extends KubeObject>(resource: Resource<T>, object: Draft<T>, options?: WriteOptions): Promise<Stored<T>>;
  /** Replaces; Conflict when the resourceVersion in it is not the current one. */
  update<T extends KubeObject>(resource: Resource<T>, object: Stored<T>, options?: WriteOptions): Promise<Stored<T>>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<Stored<T>>;
  /** NotFound is an error: the caller knows whether it is one for him. Conflict when a precondition does not hold. */
  delete<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  deleteCollection<T extends KubeObject>(
    resource: Resource<T>,
    options: Selection & { namespace: string } & DeleteOptions,
  ): Promise<void>;
  /** Any request, with the answer as a stream: subresources, service proxies, non-resource URLs. */
  request(request: KubeRequest, options?: SignalOption): Promise<KubeResponse>;
  /** Events until the server ends the stream (its timeout) or an error. See {@link streamWatch}. */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncGenerator<WatchEvent<Stored<T>>>;
}

export interface ClientOptions {
  metrics?: MetricsSink | undefined;
  /** @default nicdiag */
  userAgent?: string | undefined;
}

export function createKubeClient(config: ConnectionConfig, options: ClientOptions = {}): KubeClient {
  const transport = createTransport({
    config,
    metrics: options.metrics ?? noMetrics,
    userAgent: options.userAgent ?? 'nicdiag',
  });

  async function call<T>(request: KubeRequest, signal: AbortSignal | undefined): Promise<T> {
    const response = await transport.send(request, { signal });
    const text = await response.text().catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason;
      throw broken(request, 'the answer broke off', cause);
    });
    try {
      // The API server answers a typed path with that type; its schema has been checked there.
      return JSON.parse(text) as T;
    } catch (cause) {
      throw broken(request, `the answer is not JSON: ${text.slice(0, 200)}`, cause);
    }
  }

  async function object<T extends KubeObject>(
    request: KubeRequest,
    signal: AbortSignal | undefined,
  ): Promise<Stored<T>> {
    return stripManagedFields(await call<Stored<T>>(request, signal));
  }

  async function* pages<T extends KubeObject>(
    resource: Resource<T>,
    options: ListOptions = {},
  ): AsyncGenerator<Page<Stored<T>>> {
    let next: string | undefined;
    do {
      const page = await call<{
        items?: Stored<T>[] | null;
        metadata: { resourceVersion?: string; continue?: string };
      }>(
        {
          method: 'GET',
          path: collectionPath(resource, options.namespace),
          query: { ...selectors(options), limit: options.limit ?? 500, continue: next },
          ...(options.metadataOnly ? { headers: { accept: acceptMetadata('PartialObjectMetadataList') } } : {}),
        },
        options.signal,
      );
      const items = page.items ?? [];
      for (const item of items) stripManagedFields(item);
      yield { items, resourceVersion: page.metadata.resourceVersion ?? '' };
      next = page.metadata.continue || undefined;
    } while (next);
  }

  function write<T extends KubeObject>(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: unknown,
    options: WriteOptions,
    extra: { contentType?: string; query?: Record<string, QueryValue> } = {},
  ): Promise<Stored<T>> {
    return object<T>(
      {
        method,
        path,
        query: {
          fieldManager: options.fieldManager,
          fieldValidation: 'Strict',
          dryRun: options.dryRun ? 'All' : undefined,
          ...extra.query,
        },
        headers: { 'content-type': extra.contentType ?? 'application/json' },
        body: JSON.stringify(body),
      },
      options.signal,
    );
  }

  const client: KubeClient = {
    server: config.server,
    namespace: config.namespace,
    clock: transport.clock,
    get: (resource, ref, { signal } = {}) => object({ method: 'GET', path: objectPath(resource, ref) }, signal),
    async find(resource, ref, options) {
      try {
        return await client.get(resource, ref, options);
      } catch (error) {
        if (error instanceof KubeError && error.code === 'NotFound') return undefined;
        throw error;
      }
    },
    async list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions) {
      const all: Page<Stored<T>> = { items: [], resourceVersion: '' };
      for await (const page of pages(resource, options)) {
        for (const item of page.items) all.items.push(item);
        all.resourceVersion = page.resourceVersion;
      }
      return all;
    },
    pages,
    create: (resource, draft, options = {}) => {
      const path = options.subresource
        ? objectPath(
            resource,
            { name: draft.metadata.name ?? '', namespace: draft.metadata.namespace },
            options.subresource,
          )
        : collectionPath(resource, draft.metadata.namespace);
      return write('POST', path, typed(resource, draft), options);
    },
    update: (resource, changed, options = {}) =>
      write('PUT', objectPath(resource, changed.metadata, options.subresource), typed(resource, changed), options),
    patch: (resource, ref, patch, options = {}) =>
      write('PATCH', objectPath(resource, ref, options.subresource), patch.body, options, {
        contentType: patchContentType[patch.type],
        query: patch.type === 'apply' && patch.force ? { force: true } : {},
      }),
    async delete(resource, ref, options = {}) {
      await call(deletion(objectPath(resource, ref), options), options.signal);
    },
    async deleteCollection(resource, options) {
      const request = deletion(collectionPath(resource, options.namespace), options);
      await call({ ...request, query: selectors(options) }, options.signal);
    },
    request: (request, options) => transport.send(request, options),
    watch: (resource, options) => streamWatch(transport, resource, options),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
  return client;
}

function selectors(selection: Selection): Record<string, QueryValue> {
  return { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector };
}

function deletion(path: string, options: DeleteOptions): KubeRequest {
  return {
    method: 'DELETE',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: options.propagationPolicy ?? 'Background',
      ...(options.preconditions ? { preconditions: options.preconditions } : {}),
    }),
  };
}

/** The server wants apiVersion in a body; kind it derives from the path, except for types it does not know natively. */
function typed(resource: Resource, body: { apiVersion?: string | undefined }): object {
  return { apiVersion: resource.apiVersion, ...body };
}

function broken(request: KubeRequest, reason: string, cause: unknown): KubeError {
  return new KubeError({
    code: 'BadResponse',
    status: 0,
    attempted: `${request.method} ${request.path}`,
    reason,
    cause,
  });
}
