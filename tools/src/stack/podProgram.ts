import { mkdirSync } from 'node:fs';
import type { Cluster } from '../cluster/cluster.ts';
import type { Command } from '../cluster/controlPlane.ts';
import type { Nursery } from '../nursery/nursery.ts';
import { type KubeletPod, superviseReadiness } from './kubelet.ts';
import { createProgram, type Program, type RestartPolicy } from './program.ts';
import { projectToken } from './projectedToken.ts';

/** A program together with the Pod that it is for the API server. */
export interface PodProgram extends Program {
  readonly pod: KubeletPod;
  /** Its token for the API server, and the one for the artifact server. */
  readonly tokenFile: string;
  readonly artifactsTokenFile: string;
}

export interface PodProgramOptions {
  /** Name of the Pod and of the log. */
  readonly name: string;
  readonly namespace: string;
  readonly nodeName: string;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports by name, as its Service looks them up. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly healthPort: number;
  /** @param files where its credentials are */
  readonly command: (files: { readonly tokenFile: string; readonly artifactsTokenFile: string }) => Command;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly restart?: RestartPolicy | undefined;
  readonly signal: AbortSignal;
}

/** Audience of tokens for the artifact server. */
const ARTIFACTS_AUDIENCE = 'nicdiag-artifacts';

/** Creates a Pod, its tokens and its program, and starts it. The program is not ready yet. */
export async function runPod(cluster: Cluster, nursery: Nursery, options: PodProgramOptions): Promise<PodProgram> {
  const { name, namespace, nodeName, serviceAccount, labels, ports = {}, healthPort, signal } = options;
  const containerPorts = Object.entries({ ...ports, health: healthPort }).map(([port, number]) => ({
    name: port,
    containerPort: number,
  }));
  const object = await cluster.createPod({
    namespace,
    name,
    nodeName,
    serviceAccount,
    labels,
    spec: { containers: [{ name: 'main', image: 'nicdiag', ports: containerPorts }] },
  });
  const directory = `${nursery.directory}/tokens/${name}`;
  mkdirSync(directory, { recursive: true });
  const files = { tokenFile: `${directory}/token`, artifactsTokenFile: `${directory}/artifacts-token` };
  const identity = { namespace, serviceAccount, pod: { name, uid: object.metadata.uid } };
  await Promise.all([
    projectToken(cluster, files.tokenFile, identity, { signal }),
    projectToken(cluster, files.artifactsTokenFile, { ...identity, audiences: [ARTIFACTS_AUDIENCE] }, { signal }),
  ]);
  const program = createProgram(nursery, {
    name,
    command: options.command(files),
    healthUrl: `http://127.0.0.1:${healthPort}`,
    ...(options.env && { env: options.env }),
    ...(options.restart && { restart: options.restart }),
  });
  program.start();
  const pod = superviseReadiness(cluster, { namespace, name }, object, program, { signal });
  return Object.assign(program, { pod, ...files });
}
