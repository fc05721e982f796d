import type { KubeObject, ObjectRef } from './objects.ts';

/** Names a collection of the API server, and by its type parameter what its objects look like. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** e.g. `v1` or `nicdiag.dev/v1alpha1` */
  readonly apiVersion: string;
  /** plural, lower case, e.g. `nodecaptures` */
  readonly plural: string;
  /** Never set; it carries the type of the objects. */
  readonly object?: T;
}

/** @example resource<NodeCapture>('nicdiag.dev/v1alpha1', 'nodecaptures') */
export function resource<T extends KubeObject>(apiVersion: string, plural: string): Resource<T> {
  return { apiVersion, plural };
}

/** The path of a collection: in one namespace, or over all of them (and for cluster-scoped kinds) without one. */
export function collectionPath(resource: Resource, namespace?: string): string {
  const group = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
  const scope = namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${group}${scope}/${resource.plural}`;
}

/** The path of one object or of one of its subresources.
 * @throws TypeError for an empty name: it would address the whole collection */
export function objectPath(resource: Resource, ref: ObjectRef, subresource?: string): string {
  if (!ref.name) throw new TypeError(`a ${resource.plural} request needs a name`);
  const path = `${collectionPath(resource, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}
