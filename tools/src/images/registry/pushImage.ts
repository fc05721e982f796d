import { type Blob, type Image, INDEX_TYPE, MANIFEST_TYPE } from '../ociImage.ts';
import type { Credentials } from './credentials.ts';
import { createRegistryClient, type RegistryClient } from './registryClient.ts';

/** Where an image goes: `registry.example:5000/nicdiag` is host and path. */
export interface Destination {
  readonly host: string;
  /** Before the image's name; may be empty. */
  readonly path: string;
  readonly tag: string;
  /** Plain HTTP, without TLS. */
  readonly plain: boolean;
}

export interface Pushed {
  readonly reference: string;
  readonly digest: string;
  /** Blobs that the registry had already, or took from another repository of its own. */
  readonly known: number;
  readonly sent: number;
}

/** Sends an image to a registry: layers that it has not, configurations, manifests, and last the index under the tag, so
 * that the tag never names what is not whole.
 * @param from repository that may have the same layers already: the registry then needs no upload of them
 * @throws RegistryError */
export async function pushImage(
  image: Image,
  { host, path, tag, plain }: Destination,
  credentials: Credentials | undefined,
  from?: string,
): Promise<Pushed> {
  const repository = repositoryOf(path, image.name);
  const scopes = [`repository:${repository}:pull,push`, ...(from === undefined ? [] : [`repository:${from}:pull`])];
  const client = createRegistryClient(`${plain ? 'http' : 'https'}://${host}`, scopes, credentials);
  let [known, sent] = [0, 0];
  for (const { layers, config, manifest } of image.platforms) {
    for (const blob of [...layers, config]) (await pushBlob(client, repository, blob, from)) ? sent++ : known++;
    await putManifest(client, repository, manifest, manifest.descriptor.digest, MANIFEST_TYPE);
  }
  await putManifest(client, repository, image.index, tag, INDEX_TYPE);
  return { reference: `${host}/${repository}:${tag}`, digest: image.index.descriptor.digest, known, sent };
}

export function repositoryOf(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

/** @returns whether its bytes were sent */
async function pushBlob(
  client: RegistryClient,
  repository: string,
  { descriptor: { digest }, content }: Blob,
  from: string | undefined,
): Promise<boolean> {
  const there = await client.request('HEAD', `${repository}/blobs/${digest}`, { expect: [200, 404] });
  if (there.status === 200) return false;
  const mount = from === undefined ? '' : `?${new URLSearchParams({ mount: digest, from })}`;
  const started = await client.request('POST', `${repository}/blobs/uploads/${mount}`, { expect: [201, 202] });
  await started.body?.cancel();
  if (started.status === 201) return false;
  const place = new URL(started.headers.get('location') ?? '', started.url);
  place.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await client.request('PUT', place.href, { headers, body: content, expect: [201, 204] });
  return true;
}

async function putManifest(
  client: RegistryClient,
  repository: string,
  { content }: Blob,
  reference: string,
  type: string,
): Promise<void> {
  const headers = { 'content-type': type };
  await client.request('PUT', `${repository}/manifests/${reference}`, { headers, body: content, expect: [201, 200] });
}
