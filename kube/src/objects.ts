/** The parts of Kubernetes objects every controller touches.
 * @source https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Metadata of an object that has its name. `managedFields` is stripped by the client and so absent. */
export interface ObjectMeta {
  name: string;
  /** absent on cluster-scoped objects */
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  /** bumped by the API server when the spec changes */
  generation?: number;
  /** RFC 3339, whole seconds */
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

/** Metadata as a client sends it: the server fills in the rest, perhaps the name. */
export type DraftMeta = Partial<ObjectMeta> & { generateName?: string };

/** Metadata as the server returns it. */
export type StoredMeta = ObjectMeta &
  Required<Pick<ObjectMeta, 'uid' | 'resourceVersion' | 'creationTimestamp'>> & { generateName?: string };

/** What any object of the API looks like from outside. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: DraftMeta;
}

/** An object as the server returned it. */
export type Stored<T extends KubeObject> = T & { metadata: StoredMeta };

/** An object to be created: no status yet, apiVersion known from the resource. */
export type Draft<T extends KubeObject> = Omit<T, 'apiVersion' | 'metadata' | 'status'> & {
  apiVersion?: T['apiVersion'];
  metadata: DraftMeta;
};

/** Names one object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  name: string;
  namespace?: string | undefined;
}

/** @source https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface KubeStatus {
  kind: 'Status';
  status?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    kind?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** True when an unknown JSON value is a Status object, which the API server sends instead of the object asked for. */
export function isKubeStatus(value: unknown): value is KubeStatus {
  if (!isObject(value) || value['kind'] !== 'Status') return false;
  const { message, reason, code, details } = value;
  const retryAfterSeconds = isObject(details) ? details['retryAfterSeconds'] : undefined;
  return (
    isOptional(message, 'string') &&
    isOptional(reason, 'string') &&
    isOptional(code, 'number') &&
    (details === undefined || isObject(details)) &&
    isOptional(retryAfterSeconds, 'number')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type;
}

/** `namespace/name`, or `name` for cluster-scoped objects: the key of stores and work queues. */
export function objectKey(ref: ObjectRef): string {
  return ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name;
}

/** The inverse of {@link objectKey}. */
export function parseObjectKey(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
