import { certificateNames } from './certificateNames.ts';
import type { Change } from './change.ts';
import type { ChartValues } from './generated/chartValues.ts';
import { changeAt, isMap, isObject, type Json, type KubernetesObject } from './kubernetesObject.ts';

const POD = ['spec', 'template', 'spec'] as const;
const CONTAINER = [...POD, 'containers', 0] as const;
const NAME_FLAG = '--artifacts-name=';
const DEVLINK_FLAG = '--devlink-netns=';

/** What the values do to the three programs' Pods. */
export function workloadChanges(values: ChartValues): Change[] {
  const { agent, operator, artifacts, priorityClass } = values;
  const ofAgents = agent.priorityClassName || (priorityClass.create ? 'nicdiag-agent' : '');
  return [
    of('Deployment', (object) => common(object, values)),
    of('DaemonSet', (object) => common(object, values)),
    ...placed('DaemonSet', 'nicdiag-agent', { ...agent, priorityClassName: ofAgents }),
    ...placed('Deployment', 'nicdiag-operator', operator),
    ...placed('Deployment', 'nicdiag-artifacts', artifacts),
    of('DaemonSet', (object) => (agent.hostDevlink ? object : withoutDevlink(object))),
    of('DaemonSet', (object) => (agent.deviceAccess.interface === 'fwctl' ? withFwctlOnly(object) : object)),
    of(
      'Deployment',
      (object) => changeAt(object, [...CONTAINER, 'args'], (args) => withNames(args, artifacts)),
      'nicdiag-operator',
    ),
    of(
      'Deployment',
      (object) => (artifacts.storage.type === 'EmptyDir' ? withEmptyDir(object, artifacts.storage.size) : object),
      'nicdiag-artifacts',
    ),
  ];
}

function of(kind: string, change: (object: KubernetesObject) => KubernetesObject, name?: string): Change {
  return { concerns: (object) => isObject(object, kind, name), change };
}

function common(object: KubernetesObject, { image }: ChartValues): KubernetesObject {
  const policy = changeAt(object, [...CONTAINER, 'imagePullPolicy'], () => image.pullPolicy);
  if (image.pullSecrets.length === 0) return policy;
  return changeAt(policy, [...POD, 'imagePullSecrets'], () => image.pullSecrets as Json);
}

/** Where the Pods of a program run, with what priority and resources. */
function placed(
  kind: string,
  name: string,
  values: Pick<ChartValues['operator'], 'nodeSelector' | 'tolerations' | 'priorityClassName' | 'resources'>,
): Change[] {
  const at = (path: readonly (string | number)[], value: Json | undefined): Change =>
    of(kind, (object) => changeAt(object, path, () => value), name);
  const { nodeSelector, tolerations, priorityClassName, resources } = values;
  return [
    at([...POD, 'nodeSelector'], { 'kubernetes.io/os': 'linux', ...nodeSelector }),
    at([...POD, 'tolerations'], tolerations.length > 0 ? (tolerations as Json) : undefined),
    at([...POD, 'priorityClassName'], priorityClassName === '' ? undefined : priorityClassName),
    at([...CONTAINER, 'resources'], resources as Json),
  ];
}

function withoutDevlink(object: KubernetesObject): KubernetesObject {
  return change(object, {
    args: (args) => args.filter((arg) => !String(arg).startsWith(DEVLINK_FLAG)),
    mounts: (mounts) => mounts.filter((mount) => !isNamed(mount, 'namespaces')),
    volumes: (volumes) => volumes.filter((volume) => !isNamed(volume, 'namespaces')),
  });
}

/** The nodes of fwctl and the kernel's log, instead of all of /dev. */
function withFwctlOnly(object: KubernetesObject): KubernetesObject {
  const mount = (name: string): Json => ({ name, mountPath: MOUNTS[name] ?? '', readOnly: true });
  return change(object, {
    args: (args) => args,
    mounts: (mounts) => mounts.flatMap((each) => (isNamed(each, 'dev') ? [mount('dev'), mount('kmsg')] : [each])),
    volumes: (volumes) =>
      volumes.flatMap((each) =>
        isNamed(each, 'dev')
          ? [
              { name: 'dev', hostPath: { path: '/dev/fwctl', type: 'DirectoryOrCreate' } },
              { name: 'kmsg', hostPath: { path: '/dev/kmsg', type: 'CharDevice' } },
            ]
          : [each],
      ),
  });
}

const MOUNTS: Readonly<Record<string, string>> = { dev: '/host/dev/fwctl', kmsg: '/host/dev/kmsg' };

function withEmptyDir(object: KubernetesObject, size: string): KubernetesObject {
  return changeAt(object, [...POD, 'volumes'], (volumes) =>
    list(volumes).map((each) => (isNamed(each, 'store') ? { name: 'store', emptyDir: { sizeLimit: size } } : each)),
  );
}

/** Names of a certificate that the operator makes; where it makes none, there are none to replace. */
function withNames(args: Json | undefined, artifacts: ChartValues['artifacts']): Json {
  const all = list(args).map(String);
  const service = all.filter((arg) => arg.startsWith(NAME_FLAG)).map((arg) => arg.slice(NAME_FLAG.length));
  if (service.length === 0) return all;
  const names = certificateNames(artifacts, service).map((name) => NAME_FLAG + name);
  const first = all.findIndex((arg) => arg.startsWith(NAME_FLAG));
  const others = all.filter((arg) => !arg.startsWith(NAME_FLAG));
  return [...others.slice(0, first), ...names, ...others.slice(first)];
}

interface PodChange {
  readonly args: (args: readonly Json[]) => readonly Json[];
  readonly mounts: (mounts: readonly Json[]) => readonly Json[];
  readonly volumes: (volumes: readonly Json[]) => readonly Json[];
}

function change(object: KubernetesObject, { args, mounts, volumes }: PodChange): KubernetesObject {
  const withArgs = changeAt(object, [...CONTAINER, 'args'], (found) => args(list(found)));
  const withMounts = changeAt(withArgs, [...CONTAINER, 'volumeMounts'], (found) => mounts(list(found)));
  return changeAt(withMounts, [...POD, 'volumes'], (found) => volumes(list(found)));
}

function list(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`a list is expected, not ${JSON.stringify(value)}`);
}

function isNamed(value: Json, name: string): boolean {
  return isMap(value) && value['name'] === name;
}
