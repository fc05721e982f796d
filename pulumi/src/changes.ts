import { bucketChanges } from './bucketChanges.ts';
import { certificateNames } from './certificateNames.ts';
import type { Change } from './change.ts';
import type { ChartValues } from './generated/chartValues.ts';
import { changeAt, isObject, type Json, type KubernetesObject } from './kubernetesObject.ts';
import { networkChanges } from './networkChanges.ts';
import { workloadChanges } from './workloadChanges.ts';

const GONE = (): undefined => undefined;

/** All of them, in the order in which they are applied. */
export function changesFor(values: ChartValues): Change[] {
  return [
    ...[...switches(values), ...parts(values), ...workloadChanges(values), ...networkChanges(values)],
    ...bucketChanges(values),
  ];
}

/** Objects that a value switches off. */
function switches(values: ChartValues): Change[] {
  const { namespaces, priorityClass, flowControl, networkPolicies, monitoring, artifacts } = values;
  const off = (given: boolean, concerns: Change['concerns']): Change[] => (given ? [] : [{ concerns, change: GONE }]);
  const isOne = (kind: string, name?: string) => (object: KubernetesObject) => isObject(object, kind, name);
  const { enabled: external, address } = artifacts.externalEndpoint;
  const isOfServer = (object: KubernetesObject): boolean =>
    ['Deployment', 'NetworkPolicy', 'PodMonitor', 'PersistentVolumeClaim'].some((kind) =>
      isObject(object, kind, 'nicdiag-artifacts'),
    );
  return [
    ...off(namespaces.system.create, ({ kind, metadata }) => kind === 'Namespace' && SYSTEM.test(metadata.name)),
    ...off(namespaces.agent.create, ({ kind, metadata }) => kind === 'Namespace' && !SYSTEM.test(metadata.name)),
    ...off(priorityClass.create, isOne('PriorityClass')),
    ...off(flowControl.enabled, ({ apiVersion }) => apiVersion.startsWith('flowcontrol.apiserver.k8s.io/')),
    ...off(networkPolicies.enabled, isOne('NetworkPolicy')),
    ...off(monitoring.podMonitors.enabled, isOne('PodMonitor')),
    ...off(monitoring.alerts.enabled, isOne('PrometheusRule')),
    ...off(artifacts.storage.type === 'PersistentVolumeClaim', isOne('PersistentVolumeClaim')),
    ...off(artifacts.proxySubjects.length > 0, ({ metadata }) => metadata.name === 'nicdiag-artifacts-proxy'),
    ...off(!external, isOfServer),
    ...off(!external || address !== '', isOne('EndpointSlice')),
  ];
}

/** Of the token of the system namespace. */
const SYSTEM = /system$/;

/** Parts of objects that a value decides. */
function parts({ rbac, operator, artifacts, monitoring }: ChartValues): Change[] {
  const at = (
    kind: string,
    path: readonly string[],
    change: (found: Json | undefined) => Json | undefined,
    name?: string,
  ): Change => ({
    concerns: (object) => isObject(object, kind, name),
    change: (object) => changeAt(object, path, change),
  });
  const { className } = artifacts.storage;
  const { address } = artifacts.externalEndpoint;
  return [
    ...(rbac.aggregate ? [] : [at('ClusterRole', ['metadata', 'labels'], withoutAggregation)]),
    ...(className === '' ? [] : [at('PersistentVolumeClaim', ['spec', 'storageClassName'], () => className)]),
    at('Deployment', ['spec', 'replicas'], () => operator.replicas, 'nicdiag-operator'),
    at('RoleBinding', ['subjects'], () => artifacts.proxySubjects as Json, 'nicdiag-artifacts-proxy'),
    at('PodMonitor', ['metadata', 'labels'], labelled(monitoring.podMonitors.labels)),
    at('PrometheusRule', ['metadata', 'labels'], labelled(monitoring.alerts.labels)),
    at('EndpointSlice', ['addressType'], () => (address.includes(':') ? 'IPv6' : 'IPv4')),
    ...certificateChanges(artifacts),
  ];
}

/** Names of the artifact server in what cert-manager is asked for. */
function certificateChanges(artifacts: ChartValues['artifacts']): Change[] {
  const { issuerRef } = artifacts.tls.certManager;
  const isServer = (object: KubernetesObject): boolean => isObject(object, 'Certificate', 'nicdiag-artifacts');
  const names = (found: Json | undefined): string[] =>
    certificateNames(artifacts, Array.isArray(found) ? found.map(String) : []);
  return [
    {
      concerns: isServer,
      change(object) {
        let all: string[] = [];
        const dns = changeAt(object, ['spec', 'dnsNames'], (found) => {
          all = names(found);
          return all.filter((name) => !isAddress(name));
        });
        const addresses = all.filter(isAddress);
        const complete = changeAt(dns, ['spec', 'ipAddresses'], () => (addresses.length > 0 ? addresses : undefined));
        if (Object.keys(issuerRef).length === 0) return complete;
        return changeAt(complete, ['spec', 'issuerRef'], () => issuerRef as Json);
      },
    },
  ];
}

const isAddress = (name: string): boolean => /^[0-9.]+$|:/.test(name);

function withoutAggregation(labels: Json | undefined): Json {
  const kept = Object.entries(labels ?? {}).filter(
    ([key]) => !key.startsWith('rbac.authorization.k8s.io/aggregate-to-'),
  );
  return Object.fromEntries(kept);
}

function labelled(labels: Readonly<Record<string, string>>): (found: Json | undefined) => Json {
  return (found) => ({ ...(typeof found === 'object' && !Array.isArray(found) ? found : {}), ...labels });
}
