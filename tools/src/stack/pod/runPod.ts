import { join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Command } from '../../cluster/controlPlane.ts';
import { freePort } from '../../cluster/freePort.ts';
import type { Nursery } from '../../nursery/nursery.ts';
import { MAIN } from '../paths.ts';
import { createProgram, type Program, type RestartPolicy } from '../program.ts';
import type { PodTemplate } from './podTemplate.ts';
import { type KubeletPod, superviseReadiness } from './readiness.ts';
import { type ServicePort, selects } from './services.ts';
import { type PodPlace, translateArgs, translatePath } from './translate.ts';
import { fieldOf, makeVolumes } from './volumes.ts';

/** A program that runs as its Pod says, and that Pod. */
export interface PodProgram extends Program {
  readonly pod: KubeletPod;
  /** Where a path of the container is on this machine.
   * @throws Error for a path that no volume is mounted at */
  path(inContainer: string): string;
}

/** A Pod that is to be run, with its ports chosen: others must know them before it starts. */
export interface PodPlan {
  readonly template: PodTemplate;
  readonly name: string;
  readonly nodeName: string;
  readonly ports: PodPlace['ports'];
}

/** The image's programs, by its first argument. One that is not told by its arguments where the API server is finds it
 * in a Pod by paths and variables that the kubelet fixes; here a kubeconfig that names the same files stands for them. */
const PROGRAMS: Readonly<Record<string, { readonly main: string; readonly kubeconfig: boolean }>> = {
  'node-agent': { main: MAIN.nodeAgent, kubeconfig: false },
  operator: { main: MAIN.operator, kubeconfig: true },
  'artifact-server': { main: MAIN.artifactServer, kubeconfig: false },
};

/** Where the kubelet mounts a Pod's access to the API server. */
const API_ACCESS = '/var/run/secrets/kubernetes.io/serviceaccount';
const API_SERVER = 'https://kubernetes.default.svc';

/** Chooses a Pod's ports. Those that a Service leads to are on the machine's address, which the API server's service
 * proxy agrees to call; the others are for this machine only. */
export async function planPod(
  template: PodTemplate,
  place: { readonly name: string; readonly nodeName: string; readonly address: string },
  services: readonly ServicePort[],
): Promise<PodPlan> {
  const ports = new Map<number, { readonly host: string; readonly port: number }>();
  for (const { name, containerPort } of template.container.ports) {
    const exposed = services.some((service) => service.targetPort === name && selects(service, template));
    const host = exposed ? place.address : '127.0.0.1';
    ports.set(containerPort, { host, port: await freePort(host) });
  }
  return { template, name: place.name, nodeName: place.nodeName, ports };
}

/** What stands here for the URLs of Services. */
export function serviceTable(services: readonly ServicePort[], plans: readonly PodPlan[]): Map<string, string> {
  const entries = services.flatMap((service) => {
    const plan = plans.find(({ template }) => selects(service, template));
    const port = plan?.template.container.ports.find(({ name }) => name === service.targetPort);
    const here = port && plan?.ports.get(port.containerPort);
    return here ? [[service.url, `${new URL(service.url).protocol}//${here.host}:${here.port}`] as const] : [];
  });
  return new Map(entries);
}

export interface RunOptions {
  readonly services: ReadonlyMap<string, string>;
  /** Directory behind a path of a node. */
  readonly hostPath: (nodeName: string, path: string) => string;
  /** Added to the Pod's own. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly restart?: RestartPolicy | undefined;
  readonly signal: AbortSignal;
}

/** Creates a planned Pod, makes its volumes and starts its program. It is not ready yet. */
export async function runPod(
  cluster: Cluster,
  nursery: Nursery,
  plan: PodPlan,
  options: RunOptions,
): Promise<PodProgram> {
  const { template, name, nodeName, ports } = plan;
  const { namespace, serviceAccount } = template;
  const object = await cluster.createPod({
    namespace,
    name,
    nodeName,
    serviceAccount,
    labels: template.labels,
    spec: withPorts(template.spec, ports),
  });
  const { uid } = object.metadata;
  const hostPath = (path: string): string => options.hostPath(nodeName, path);
  const directories = { directory: join(nursery.directory, 'pods', name), claims: join(nursery.directory, 'claims') };
  const owner = { template, name, uid, nodeName, hostPath, ...directories };
  const volumes = await makeVolumes(cluster, owner, options);
  const env = environmentOf(plan, uid);
  const services = new Map([...options.services, [API_SERVER, cluster.server]]);
  const place: PodPlace = { mounts: mountsOf(template, volumes), ports, services, env };
  const path = (inContainer: string): string => {
    const found = translatePath(inContainer, place);
    if (found === undefined) throw new Error(`Pod ${name} has no volume at ${inContainer}`);
    return found;
  };
  const program = createProgram(nursery, {
    name,
    command: commandOf(cluster, plan, place),
    healthUrl: healthUrlOf(plan),
    env: { ...env, ...options.env },
    ...(options.restart && { restart: options.restart }),
  });
  program.start();
  const pod = superviseReadiness(cluster, { namespace, name }, object, program, options);
  return Object.assign(program, { pod, path });
}

function commandOf(cluster: Cluster, { template, name }: PodPlan, place: PodPlace): Command {
  const [entry = '', ...args] = translateArgs(template.container.args, place);
  const program = PROGRAMS[entry];
  if (program === undefined) throw new Error(`${template.workload}: the image has no program ${entry}`);
  const tokenFile = translatePath(`${API_ACCESS}/token`, place);
  if (!program.kubeconfig || tokenFile === undefined) return [process.execPath, program.main, ...args];
  const kubeconfig = cluster.writeKubeconfig(name, { tokenFile }, template.namespace);
  return [process.execPath, program.main, ...args, `--kubeconfig=${kubeconfig}`];
}

function mountsOf(template: PodTemplate, volumes: ReadonlyMap<string, string>): PodPlace['mounts'] {
  return template.container.mounts.map(({ volume, mountPath }) => {
    const directory = volumes.get(volume);
    if (directory === undefined) throw new Error(`${template.workload} mounts ${volume}, which is none of its volumes`);
    return { mountPath, directory };
  });
}

function environmentOf({ template, name, nodeName }: PodPlan, uid: string): Record<string, string> {
  const pod = { name, namespace: template.namespace, nodeName, uid };
  const value = (given: string | { readonly fieldPath: string }): string =>
    typeof given === 'string' ? given : fieldOf(given.fieldPath, pod);
  return Object.fromEntries(template.container.env.map((variable) => [variable.name, value(variable.value)]));
}

/** The readiness probe's port; /livez and /metrics are on it too. */
function healthUrlOf({ template, ports }: PodPlan): string {
  const { readiness, ports: declared } = template.container;
  const port = declared.find(({ name }) => name === readiness.port);
  const here = port && ports.get(port.containerPort);
  if (!here) throw new Error(`${template.workload}: its readiness probe names a port that it does not declare`);
  return `http://${here.host}:${here.port}`;
}

/** The Pod's spec with the ports that its program really has: the endpoints of Services are made from them. */
function withPorts(spec: PodTemplate['spec'], ports: PodPlan['ports']): Readonly<Record<string, unknown>> {
  const renumber = (key: string, value: unknown): unknown =>
    key === 'containerPort' && typeof value === 'number' ? (ports.get(value)?.port ?? value) : value;
  return JSON.parse(JSON.stringify(spec, renumber));
}
