import { type Digest, hexOf } from '../digest.ts';

/** Paths of the artifact server, version 1. The same patterns for the server (`URLPattern` groups) and its clients. */
export const PATH_PATTERNS = {
  blob: '/v1/captures/:uid/nodes/:node/blobs/:sha256',
  deviceManifest: '/v1/captures/:uid/nodes/:node/devices/:pciAddress/manifest',
  seal: '/v1/captures/:uid/seal',
  userArtifacts: '/v1/namespaces/:namespace/captures/:name/artifacts',
  userManifest: '/v1/namespaces/:namespace/captures/:name/manifest',
  userBlob: '/v1/namespaces/:namespace/captures/:name/blobs/:sha256',
  userBundle: '/v1/namespaces/:namespace/captures/:name/bundle',
} as const;

export function blobPath(target: { readonly captureUid: string; readonly node: string }, digest: Digest): string {
  return `/v1/captures/${part(target.captureUid)}/nodes/${part(target.node)}/blobs/${hexOf(digest)}`;
}

export function deviceManifestPath(target: {
  readonly captureUid: string;
  readonly node: string;
  readonly pciAddress: string;
}): string {
  const { captureUid, node, pciAddress } = target;
  return `/v1/captures/${part(captureUid)}/nodes/${part(node)}/devices/${part(pciAddress)}/manifest`;
}

export function sealPath(captureUid: string): string {
  return `/v1/captures/${part(captureUid)}/seal`;
}

/** @param what `artifacts`, `manifest`, `bundle`, or `blobs/<hex>` */
export function userPath(capture: { readonly namespace: string; readonly name: string }, what: string): string {
  return `/v1/namespaces/${part(capture.namespace)}/captures/${part(capture.name)}/${what}`;
}

/** A PCI address keeps its colons: they are legal in a path, and logs stay readable. */
function part(value: string): string {
  return encodeURIComponent(value).replaceAll('%3A', ':');
}
