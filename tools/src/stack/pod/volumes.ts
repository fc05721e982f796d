import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Cluster } from '../../cluster/cluster.ts';
import { readData } from './objectData.ts';
import { type PodIdentity, podField } from './podProcess.ts';
import type { PodTemplate, Volume, VolumeSource } from './podTemplate.ts';
import { projectToken } from './projectedToken.ts';

const WAIT_MS = 120_000;
const POLL_MS = 50;

/** Lays out a Pod's volumes below its directory, each where the container mounts it, as the kubelet does: tokens that are
 * renewed, files from ConfigMaps and Secrets. Waits for what is not there yet: an object, a directory of the host.
 * @param root see podPath.ts */
export async function layOutVolumes(
  cluster: Cluster,
  template: PodTemplate,
  pod: PodIdentity,
  root: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await Promise.all(
    template.container.mounts.map(async ({ volume: name, mountPath }) => {
      const volume = template.volumes.find((each) => each.name === name);
      if (volume === undefined) throw new Error(`${template.workload} mounts ${name}, which is none of its volumes`);
      await layOut(cluster, volume, `${root}${mountPath}`, { template, pod }, signal);
    }),
  );
}

interface Owner {
  readonly template: PodTemplate;
  readonly pod: PodIdentity;
}

async function layOut(
  cluster: Cluster,
  volume: Volume,
  directory: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> {
  if (volume.kind === 'hostPath' && volume.mustExist) return await untilExists(volume, directory, signal);
  mkdirSync(directory, { recursive: true });
  if (volume.kind !== 'files') return;
  await Promise.all(volume.sources.map((source) => fill(cluster, directory, source, owner, signal)));
}

async function untilExists(volume: Volume, directory: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!existsSync(directory)) {
    if (Date.now() > deadline) throw new Error(`the directory of the host for volume ${volume.name} is not there`);
    await setTimeout(POLL_MS, undefined, { signal });
  }
}

async function fill(
  cluster: Cluster,
  directory: string,
  source: VolumeSource,
  { template, pod }: Owner,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, serviceAccount } = template;
  if (source.kind === 'token') {
    const audiences = source.audience === undefined ? {} : { audiences: [source.audience] };
    const identity = {
      namespace,
      serviceAccount,
      pod: { name: pod.name, uid: pod.uid },
      seconds: source.seconds,
      ...audiences,
    };
    await projectToken(cluster, join(directory, source.path), identity, { signal });
    return;
  }
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content, { mode: 0o600 });
  };
  if (source.kind === 'field') {
    write(source.path, podField(source.fieldPath, pod));
    return;
  }
  const plural = source.kind === 'secret' ? 'secrets' : 'configmaps';
  const data = await readData(cluster, `/api/v1/namespaces/${namespace}/${plural}/${source.name}`, signal);
  for (const { key, path } of source.items ?? Object.keys(data).map((key) => ({ key, path: key }))) {
    const value = data[key] ?? '';
    write(path, source.kind === 'secret' ? Buffer.from(value, 'base64') : value);
  }
}
