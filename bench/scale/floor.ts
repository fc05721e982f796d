import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DiagnosticCapture, NicNode } from '@nicdiag/api';
import type { KubeClient, KubeObject, Resource, Stored } from '@nicdiag/kube';
import type { Cluster } from '@nicdiag/tools';
import { renderChild } from '../../operator/src/capture/render.ts';
import type { FloorFile } from './floorProgram.ts';

const PROGRAM = fileURLToPath(new URL('floorProgram.ts', import.meta.url));

export interface FloorOptions {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  readonly nodes: Resource<KubeObject>;
  readonly nicNodes: Resource<NicNode>;
  /** its NodeCaptures are made */
  readonly capture: Stored<DiagnosticCapture>;
  readonly labelSelector: string;
  readonly atOnce: number;
}

/** Prepares the plain loop.
 * @returns starts it; resolves when its last write was accepted */
export async function prepareFloor(options: FloorOptions): Promise<() => Promise<void>> {
  const { cluster, client, capture, labelSelector, atOnce } = options;
  const { token } = await cluster.boundToken({ namespace: 'nicdiag-system', serviceAccount: 'nicdiag-operator' });
  const inboxes = await client.list(options.nicNodes);
  const generations = new Map(inboxes.items.map(({ metadata }) => [metadata.name, metadata.generation]));
  const { items } = await client.list(options.nodes, { labelSelector });
  const startedAt = new Date().toISOString();
  const file: FloorFile = {
    server: cluster.server,
    ca: cluster.authority.certificate,
    token,
    atOnce,
    nodes: items.map(({ metadata: { name, uid } }) => ({
      name,
      uid,
      generation: generations.get(name),
      child: JSON.stringify(renderChild(capture, startedAt, name)),
    })),
  };
  const path = join(cluster.nursery.directory, 'floor.json');
  writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
  const child = fork(PROGRAM, [path], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await new Promise((resolve) => child.once('message', resolve));
  return async () => {
    child.send('start');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`the plain loop ended with code ${code}`);
  };
}
