import type { Manifest } from '../manifests.ts';
import { FieldError, labels, number, record, records, text, texts } from './fields.ts';

/** A Deployment or DaemonSet, and what of its Pod template decides where and how its program runs. The rest of the spec
 * goes to the API server as it is. */
export interface PodTemplate {
  readonly kind: 'Deployment' | 'DaemonSet';
  /** Name of the Deployment or DaemonSet. */
  readonly workload: string;
  readonly namespace: string;
  /** Of a Deployment. */
  readonly replicas: number;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly serviceAccount: string;
  readonly container: Container;
  readonly volumes: readonly Volume[];
}

export interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly EnvironmentVariable[];
  readonly ports: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>;
  readonly mounts: ReadonlyArray<{ readonly volume: string; readonly mountPath: string }>;
  /** httpGet of its readiness probe; the port by name. */
  readonly readiness: { readonly path: string; readonly port: string };
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string | { readonly fieldPath: string } | SecretKey;
}

/** A key of a Secret. */
export interface SecretKey {
  readonly secret: string;
  readonly key: string;
  /** The variable is left out when there is no such key. */
  readonly optional: boolean;
}

export type Volume = {
  readonly name: string;
} /** mustExist: `type: Directory`: its Pod waits for it; else it is made */ & (
  | { readonly kind: 'hostPath'; readonly path: string; readonly mustExist: boolean }
  /** A PersistentVolumeClaim or an emptyDir. */
  | { readonly kind: 'directory' }
  | { readonly kind: 'files'; readonly sources: readonly VolumeSource[] }
);

/** Files of a volume. Without `items` all keys of the object become files. */
export type VolumeSource =
  | { readonly kind: 'token'; readonly path: string; readonly audience: string | undefined; readonly seconds: number }
  | { readonly kind: 'configMap' | 'secret'; readonly name: string; readonly items: readonly KeyToPath[] | undefined }
  | { readonly kind: 'field'; readonly path: string; readonly fieldPath: string };

interface KeyToPath {
  readonly key: string;
  readonly path: string;
}

/** Reads the Deployments and DaemonSets among rendered manifests.
 * @throws FieldError with the path of what is not as expected, or cannot be played without a kubelet */
export function parseWorkloads(manifests: readonly Manifest[]): PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const { kind } = manifest;
    return kind === 'Deployment' || kind === 'DaemonSet' ? [parseWorkload(kind, manifest)] : [];
  });
}

function parseWorkload(kind: PodTemplate['kind'], { metadata, spec: workload }: Manifest): PodTemplate {
  const { replicas = 1, template } = record(workload, 'spec');
  const { metadata: podMetadata, spec: podSpec } = record(template, 'spec.template');
  const spec = record(podSpec, 'spec.template.spec');
  const containers = records(spec['containers'], 'containers');
  const [first] = containers;
  if (containers.length > 1 || spec['initContainers'] !== undefined)
    throw new FieldError(`${metadata.name} has several containers; only one is run here`);
  return {
    kind,
    workload: metadata.name,
    namespace: text(metadata.namespace, 'metadata.namespace'),
    replicas: number(replicas, 'spec.replicas'),
    nodeSelector: labels(spec['nodeSelector'], 'nodeSelector'),
    labels: labels(record(podMetadata, 'template.metadata')['labels'], 'labels'),
    spec,
    serviceAccount: text(spec['serviceAccountName'], 'serviceAccountName'),
    container: parseContainer(record(first, 'containers[0]')),
    volumes: records(spec['volumes'], 'volumes').map(parseVolume),
  };
}

function parseContainer(container: Readonly<Record<string, unknown>>): Container {
  const probe = record(record(container['readinessProbe'], 'readinessProbe')['httpGet'], 'readinessProbe.httpGet');
  return {
    name: text(container['name'], 'name'),
    command: texts(container['command'], 'command'),
    args: texts(container['args'], 'args'),
    env: records(container['env'], 'env').map(parseVariable),
    ports: records(container['ports'], 'ports').map((port) => ({
      name: text(port['name'], 'ports.name'),
      containerPort: number(port['containerPort'], 'ports.containerPort'),
    })),
    mounts: records(container['volumeMounts'], 'volumeMounts').map(parseMount),
    readiness: { path: text(probe['path'], 'httpGet.path'), port: text(probe['port'], 'httpGet.port') },
  };
}

function parseMount(mount: Readonly<Record<string, unknown>>): Container['mounts'][number] {
  const volume = text(mount['name'], 'volumeMounts.name');
  if (mount['subPath'] !== undefined) throw new FieldError(`volumeMounts.subPath of ${volume} is not provided here`);
  return { volume, mountPath: text(mount['mountPath'], 'volumeMounts.mountPath') };
}

function parseVariable({ name, value, valueFrom }: Readonly<Record<string, unknown>>): EnvironmentVariable {
  if (valueFrom === undefined) return { name: text(name, 'env.name'), value: text(value, 'env.value') };
  const { fieldRef, secretKeyRef } = record(valueFrom, 'env.valueFrom');
  if (secretKeyRef !== undefined) {
    const found = record(secretKeyRef, 'env.valueFrom.secretKeyRef');
    const [secret, key] = [text(found['name'], 'secretKeyRef.name'), text(found['key'], 'secretKeyRef.key')];
    return { name: text(name, 'env.name'), value: { secret, key, optional: found['optional'] === true } };
  }
  const field = record(fieldRef, 'env.valueFrom.fieldRef');
  return { name: text(name, 'env.name'), value: { fieldPath: text(field['fieldPath'], 'fieldPath') } };
}

function parseVolume(volume: Readonly<Record<string, unknown>>): Volume {
  const name = text(volume['name'], 'volumes.name');
  const { hostPath, persistentVolumeClaim: claim, emptyDir, projected, configMap, secret } = volume;
  if (hostPath !== undefined) {
    const { path, type } = record(hostPath, `volume ${name}`);
    return { name, kind: 'hostPath', path: text(path, 'hostPath.path'), mustExist: type === 'Directory' };
  }
  if (claim !== undefined || emptyDir !== undefined) return { name, kind: 'directory' };
  if (projected !== undefined) {
    const sources = records(record(projected, name)['sources'], 'projected.sources').flatMap(parseProjection);
    return { name, kind: 'files', sources };
  }
  if (configMap !== undefined) return { name, kind: 'files', sources: [objectSource('configMap', configMap, 'name')] };
  return { name, kind: 'files', sources: [objectSource('secret', record(secret, `volume ${name}`), 'secretName')] };
}

function parseProjection(source: Readonly<Record<string, unknown>>): VolumeSource[] {
  const { serviceAccountToken, configMap, secret, downwardAPI } = source;
  if (serviceAccountToken !== undefined) {
    const token = record(serviceAccountToken, 'serviceAccountToken');
    const audience = token['audience'] === undefined ? undefined : text(token['audience'], 'audience');
    const seconds = number(token['expirationSeconds'] ?? 3600, 'expirationSeconds');
    return [{ kind: 'token', path: text(token['path'], 'serviceAccountToken.path'), audience, seconds }];
  }
  if (configMap !== undefined) return [objectSource('configMap', configMap, 'name')];
  if (secret !== undefined) return [objectSource('secret', secret, 'name')];
  return records(record(downwardAPI, 'projected source')['items'], 'downwardAPI.items').map((item) => ({
    kind: 'field',
    path: text(item['path'], 'downwardAPI.path'),
    fieldPath: text(record(item['fieldRef'], 'fieldRef')['fieldPath'], 'fieldPath'),
  }));
}

function objectSource(kind: 'configMap' | 'secret', value: unknown, nameField: string): VolumeSource {
  const object = record(value, kind);
  const items = object['items'];
  return {
    kind,
    name: text(object[nameField], `${kind}.${nameField}`),
    items:
      items === undefined
        ? undefined
        : records(items, `${kind}.items`).map(({ key, path }) => ({
            key: text(key, 'items.key'),
            path: text(path, 'items.path'),
          })),
  };
}
