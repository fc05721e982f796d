import type { Change } from './change.ts';
import type { ChartValues } from './generated/chartValues.ts';
import { changeAt, isMap, isObject, type Json, type KubernetesObject } from './kubernetesObject.ts';

const POD = ['spec', 'template', 'spec'] as const;
const CONTAINER = [...POD, 'containers', 0] as const;
const STAGING = '/var/lib/nicdiag-artifacts';
const OWN_CA = 'nicdiag-artifacts-s3-ca';
const NAME = 'nicdiag-artifacts';

/** What a bucket as the store does to the artifact server's objects. */
export function bucketChanges({ artifacts, networkPolicies }: ChartValues): Change[] {
  if (artifacts.storage.type !== 'S3') return [];
  const { s3 } = artifacts;
  const ca = s3.caConfigMap || (s3.caBundle === '' ? '' : OWN_CA);
  const at = (kind: string, path: readonly (string | number)[], change: (found: Json | undefined) => Json): Change => ({
    concerns: (object) => isObject(object, kind, NAME),
    change: (object) => changeAt(object, path, change),
  });
  const annotations = Object.keys(s3.serviceAccountAnnotations).length > 0;
  return [
    at('Deployment', [...CONTAINER, 'args'], (args) => withBucket(args, s3, ca)),
    at('Deployment', [...CONTAINER, 'env'], (env) => [...list(env), ...credentials(s3.credentialsSecret)]),
    at('Deployment', [...CONTAINER, 'volumeMounts'], (mounts) =>
      after(mounts, 'tls', ca === '' ? [] : [{ name: 's3-ca', mountPath: '/etc/nicdiag/s3-ca', readOnly: true }]),
    ),
    at('Deployment', [...POD, 'volumes'], (volumes) =>
      after(volumes, 'tls', ca === '' ? [] : [caVolume(ca)]).map((volume) =>
        isMap(volume) && volume['name'] === 'store' ? staging(s3.stagingSize) : volume,
      ),
    ),
    at('Service', ['spec', 'publishNotReadyAddresses'], () => true),
    at('NetworkPolicy', ['spec', 'egress'], (rules) => [...list(rules), ...egress(s3, networkPolicies.bucketTo)]),
    ...(annotations ? [at('ServiceAccount', ['metadata', 'annotations'], () => s3.serviceAccountAnnotations)] : []),
  ];
}

/** The ConfigMap with the CA of the bucket's server, as the chart has it.
 * @param like an object of the system namespace with the labels of all */
export function bucketCa(values: ChartValues, like: KubernetesObject): KubernetesObject[] {
  const { storage, s3, externalEndpoint } = values.artifacts;
  if (storage.type !== 'S3' || s3.caBundle === '' || externalEndpoint.enabled) return [];
  const { namespace = '', labels } = like.metadata;
  const metadata = { name: OWN_CA, namespace, ...(labels !== undefined && { labels }) };
  return [{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': `${s3.caBundle.trim()}\n` } }];
}

type S3 = ChartValues['artifacts']['s3'];

function withBucket(args: Json | undefined, s3: S3, ca: string): Json {
  const { bucket, prefix, stagingSize, region, endpoint, forcePathStyle } = s3;
  const own = [
    ...[`--store=s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`, `--staging=${STAGING}`],
    ...[`--staging-limit=${stagingSize}`, `--s3-region=${region}`],
    ...(endpoint === '' ? [] : [`--s3-endpoint=${endpoint}`]),
    ...(forcePathStyle ? ['--s3-force-path-style'] : []),
    ...(ca === '' ? [] : ['--s3-ca=/etc/nicdiag/s3-ca/ca.crt']),
  ];
  return list(args).flatMap((arg) => (arg === `--store=${STAGING}` ? own : [arg]));
}

function credentials(secret: string): Json[] {
  if (secret === '') return [];
  const variable = (key: string, optional?: true): Json => ({
    name: key,
    valueFrom: { secretKeyRef: { name: secret, key, ...(optional && { optional }) } },
  });
  return [variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY'), variable('AWS_SESSION_TOKEN', true)];
}

function caVolume(name: string): Json {
  return { name: 's3-ca', configMap: { name, items: [{ key: 'ca.crt', path: 'ca.crt' }] } };
}

function staging(sizeLimit: string): Json {
  return { name: 'store', emptyDir: { sizeLimit } };
}

/** The bucket; for a web identity, who exchanges it. */
function egress({ endpoint, credentialsSecret }: S3, to: ChartValues['networkPolicies']['bucketTo']): Json[] {
  const url = endpoint === '' ? undefined : new URL(endpoint);
  const given = /:(\d+)$/.exec(endpoint)?.[1];
  const port = Number(given ?? (url?.protocol === 'http:' ? 80 : 443));
  const tcp = (each: number): Json => [{ port: each, protocol: 'TCP' }];
  const bucket: Json = { ports: tcp(port), ...(to.length > 0 && { to: to as Json }) };
  if (credentialsSecret !== '') return [bucket];
  return [bucket, { ports: tcp(443) }, { ports: tcp(80), to: [{ ipBlock: { cidr: '169.254.170.23/32' } }] }];
}

function after(found: Json | undefined, name: string, added: readonly Json[]): Json[] {
  return list(found).flatMap((each) => (isMap(each) && each['name'] === name ? [each, ...added] : [each]));
}

function list(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`a list is expected, not ${JSON.stringify(value)}`);
}
