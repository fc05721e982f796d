import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../../cluster/adminClient.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { labels, record } from './fields.ts';
import type { PodTemplate, Volume, VolumeSource } from './podTemplate.ts';
import { projectToken } from './projectedToken.ts';

const OBJECT_MS = 15_000;
const POLL_MS = 50;

/** The Pod that volumes are made for. */
export interface VolumeOwner {
  readonly template: PodTemplate;
  readonly name: string;
  readonly uid: string;
  readonly nodeName: string;
  /** Directory behind a path of its node. */
  readonly hostPath: (path: string) => string;
  /** Where volumes with files are made, and those of claims, which outlive the Pod. */
  readonly directory: string;
  readonly claims: string;
}

/** Makes a Pod's volumes as the kubelet does: tokens that are renewed, files from ConfigMaps and Secrets.
 * @returns directory of each volume by name */
export async function makeVolumes(
  cluster: Cluster,
  owner: VolumeOwner,
  { signal }: { readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, string>> {
  const made = owner.template.volumes.map(async (volume) => {
    return [volume.name, await makeVolume(cluster, volume, owner, signal)] as const;
  });
  return new Map(await Promise.all(made));
}

async function makeVolume(cluster: Cluster, volume: Volume, owner: VolumeOwner, signal: AbortSignal): Promise<string> {
  if (volume.kind === 'hostPath') return owner.hostPath(volume.path);
  const directory = volume.kind === 'claim' ? join(owner.claims, volume.claim) : join(owner.directory, volume.name);
  mkdirSync(directory, { recursive: true });
  if (volume.kind === 'files')
    await Promise.all(volume.sources.map((source) => fill(cluster, directory, source, owner, signal)));
  return directory;
}

async function fill(
  cluster: Cluster,
  directory: string,
  source: VolumeSource,
  { template, name, uid, nodeName }: VolumeOwner,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, serviceAccount } = template;
  if (source.kind === 'token') {
    const audiences = source.audience === undefined ? {} : { audiences: [source.audience] };
    const identity = { namespace, serviceAccount, pod: { name, uid }, seconds: source.seconds, ...audiences };
    await projectToken(cluster, join(directory, source.path), identity, { signal });
    return;
  }
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content, { mode: 0o600 });
  };
  if (source.kind === 'field') {
    write(source.path, fieldOf(source.fieldPath, { name, namespace, nodeName, uid }));
    return;
  }
  const plural = source.kind === 'secret' ? 'secrets' : 'configmaps';
  const data = await readData(cluster, `/api/v1/namespaces/${namespace}/${plural}/${source.name}`, signal);
  for (const { key, path } of source.items ?? Object.keys(data).map((key) => ({ key, path: key }))) {
    const value = data[key] ?? '';
    write(path, source.kind === 'secret' ? Buffer.from(value, 'base64') : value);
  }
}

/** Waits for the object, as a Pod would: kube-root-ca.crt is made by a controller soon after its namespace. */
async function readData(
  cluster: Cluster,
  path: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const deadline = Date.now() + OBJECT_MS;
  for (;;) {
    try {
      return labels(record(await cluster.admin.request('GET', path, { signal }), path)['data'], `${path}.data`);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'NotFound') || Date.now() > deadline) throw error;
      await setTimeout(POLL_MS, undefined, { signal });
    }
  }
}

/** Fields of a Pod that a container may ask for.
 * @source https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
export function fieldOf(
  fieldPath: string,
  pod: { readonly name: string; readonly namespace: string; readonly nodeName: string; readonly uid: string },
): string {
  const value = {
    'metadata.name': pod.name,
    'metadata.namespace': pod.namespace,
    'metadata.uid': pod.uid,
    'spec.nodeName': pod.nodeName,
  }[fieldPath];
  if (value === undefined) throw new Error(`field ${fieldPath} of a Pod is not provided here; add it to fieldOf`);
  return value;
}
