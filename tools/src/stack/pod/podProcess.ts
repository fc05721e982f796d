import type { Command } from '../../cluster/controlPlane.ts';
import { expandVariables } from './expandVariables.ts';
import { placeValue } from './podPath.ts';
import type { PodTemplate } from './podTemplate.ts';

/** What the API server knows of a Pod, as far as its containers may ask. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly nodeName: string;
  readonly podIp: string;
  readonly hostIp: string;
}

/** Where its container is here. */
export interface PodPlace {
  /** Directory with the Pod's volumes, see {@link placeValue}. */
  readonly root: string;
  /** URL of the API server. */
  readonly apiServer: string;
  /** Entry points of the image's programs, by the name that is on its PATH. */
  readonly programs: Readonly<Record<string, string>>;
  /** What a program has from its image, by the same names. */
  readonly imageEnvironment: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Values of the variables that come from Secrets, those that there are. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** A container as a process of this machine. */
export interface PodProcess {
  readonly command: Command;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Of its readiness probe, without the path. */
  readonly healthUrl: string;
}

/** Makes of a Pod's one container what a kubelet would start, as a local process: command, arguments, environment. Paths
 * in volumes lead to the Pod's directory; nothing else is changed.
 * @throws Error for a command that is none of the programs, or a field that no Pod has */
export function podProcess(template: PodTemplate, pod: PodIdentity, place: PodPlace): PodProcess {
  const { command, args, mounts } = template.container;
  const mountPaths = mounts.map(({ mountPath }) => mountPath);
  const variables = environment(template, pod, place);
  const placed = (value: string): string => placeValue(value, place.root, mountPaths);
  const [name = '', ...rest] = command;
  const entryPoint = place.programs[name];
  if (entryPoint === undefined)
    throw new Error(`${template.workload}: its command is ${name || 'missing'}, which is no program of the image`);
  const words = [...rest, ...args].map((word) => placed(expandVariables(word, variables)));
  const own = Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, placed(value)]));
  // The image's come first and are no part of what $(NAME) may ask for.
  const env = { ...place.imageEnvironment[name], ...own };
  return { command: [process.execPath, entryPoint, ...words], env, healthUrl: healthUrl(template, pod) };
}

/** The container's variables, after those that a kubelet sets in every container. */
function environment(
  template: PodTemplate,
  pod: PodIdentity,
  { apiServer, secrets = {} }: PodPlace,
): Record<string, string> {
  const { hostname, port: given } = new URL(apiServer);
  const port = given || '443';
  const variables: Record<string, string> = {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    KUBERNETES_SERVICE_PORT_HTTPS: port,
  };
  for (const { name, value } of template.container.env) {
    if (typeof value === 'string') variables[name] = expandVariables(value, variables);
    else if ('fieldPath' in value) variables[name] = podField(value.fieldPath, pod);
    else if (secrets[name] !== undefined) variables[name] = secrets[name];
  }
  return variables;
}

/** A field of a Pod that a container or a volume may ask for.
 * @source https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-fieldRef */
export function podField(fieldPath: string, pod: PodIdentity): string {
  const value = {
    'metadata.name': pod.name,
    'metadata.namespace': pod.namespace,
    'metadata.uid': pod.uid,
    'spec.nodeName': pod.nodeName,
    'status.podIP': pod.podIp,
    'status.hostIP': pod.hostIp,
  }[fieldPath];
  if (value === undefined) throw new Error(`field ${fieldPath} of a Pod is not known here; add it to podField`);
  return value;
}

function healthUrl({ workload, container }: PodTemplate, { podIp }: PodIdentity): string {
  const { readiness, ports } = container;
  const port = ports.find(({ name }) => name === readiness.port)?.containerPort;
  if (port === undefined)
    throw new Error(`${workload}: its readiness probe asks port ${readiness.port}, which the container does not have`);
  return `http://${podIp}:${port}`;
}
