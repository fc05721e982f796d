import { API_VERSION, type NodeCapture } from '@nicdiag/api';
import type { CollectorSpec } from '@nicdiag/mlx5';
import { parseQuantity } from '@nicdiag/runtime';
import type { ApiClient } from '../apiServer/apiClient.ts';
import { ApiError } from '../apiServer/apiError.ts';
import type { CaptureWork } from '../journal/captureRecord.ts';
import type { Observed } from './decide.ts';

/** Asks for one NodeCapture. @throws what the client throws, but for 404 */
export async function getNodeCapture(
  client: ApiClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  options: { readonly signal: AbortSignal },
): Promise<NodeCapture | undefined> {
  return await read(client, `/apis/${API_VERSION}/namespaces/${namespace}/nodecaptures/${name}`, options);
}

/** The same for one that was assigned a moment ago, as thousands are at once: from the API server's cache, which costs it a
 * fifth and etcd nothing. What the cache says of such an object is as good, since its spec never changes and an end stays
 * an end; what it does not know yet is asked of the store. */
export async function getNewNodeCapture(
  client: ApiClient,
  key: { readonly namespace: string; readonly name: string; readonly uid: string },
  options: { readonly signal: AbortSignal },
): Promise<NodeCapture | undefined> {
  const path = `/apis/${API_VERSION}/namespaces/${key.namespace}/nodecaptures/${key.name}?resourceVersion=0`;
  const cached = await read(client, path, options);
  return cached?.metadata.uid === key.uid ? cached : await getNodeCapture(client, key, options);
}

async function read(
  client: ApiClient,
  path: string,
  options: { readonly signal: AbortSignal },
): Promise<NodeCapture | undefined> {
  try {
    const object = await client.get(path, options);
    if (!isNodeCapture(object)) throw new Error(`${path} is no NodeCapture`);
    return object;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export async function observeNodeCapture(
  client: ApiClient,
  key: { readonly namespace: string; readonly name: string },
  options: { readonly signal: AbortSignal },
): Promise<Observed> {
  const object = await getNodeCapture(client, key, options);
  return object === undefined ? { type: 'absent' } : observed(object);
}

export function observed(object: NodeCapture): Observed {
  const { metadata, spec, status } = object;
  return { type: 'present', uid: metadata.uid ?? '', state: status?.state, nodeName: spec.nodeName };
}

/** The work of a NodeCapture.
 * @throws QuantityError */
export function readWork(object: NodeCapture): CaptureWork {
  const { devices, collectors, impact, deadline, nodeDeadline, limits } = object.spec;
  return {
    devices,
    collectors: collectors satisfies readonly CollectorSpec[],
    impact,
    deadline,
    nodeDeadline,
    maxBytesPerDevice: parseQuantity(limits.maxBytesPerDevice),
  };
}

/** The API server has validated the object against the schema that the type was generated from; what is looked at here
 * is only that it is one. */
function isNodeCapture(object: unknown): object is NodeCapture {
  return (
    typeof object === 'object' &&
    object !== null &&
    'kind' in object &&
    object.kind === 'NodeCapture' &&
    'spec' in object
  );
}
