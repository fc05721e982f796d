import type { Change } from './change.ts';
import type { ChartValues } from './generated/chartValues.ts';
import { changeAt, isMap, isObject, type Json, type KubernetesObject } from './kubernetesObject.ts';

/** What the values do to the NetworkPolicies. Their rules are told apart by their ports. */
export function networkChanges({ networkPolicies, artifacts }: ChartValues): Change[] {
  const { apiServerPorts, apiServerCidrs, metricsFrom } = networkPolicies;
  const isPolicy = (object: KubernetesObject): boolean => isObject(object, 'NetworkPolicy');
  const rules = (direction: 'ingress' | 'egress', change: (rule: Json) => Json): Change => ({
    concerns: isPolicy,
    change: (object) =>
      changeAt(object, ['spec', direction], (found) => (Array.isArray(found) ? found.map(change) : found)),
  });
  const apiServer: Json = {
    ports: apiServerPorts.map((port) => ({ port, protocol: 'TCP' })),
    ...(apiServerCidrs.length > 0 && { to: apiServerCidrs.map((cidr) => ({ ipBlock: { cidr } })) }),
  };
  const elsewhere = serverElsewhere(artifacts);
  return [
    rules('ingress', (rule) =>
      hasPort(rule, 'health') && isMap(rule) && metricsFrom.length > 0 ? { ...rule, from: metricsFrom as Json } : rule,
    ),
    rules('egress', (rule) => {
      if (hasPort(rule, 443)) return apiServer;
      if (hasPort(rule, 'https') && elsewhere !== undefined) return elsewhere;
      return rule;
    }),
  ];
}

/** A server that is elsewhere has any address; its ports are known. */
function serverElsewhere({ url, externalEndpoint }: ChartValues['artifacts']): Json | undefined {
  if (url === '' && !externalEndpoint.enabled) return undefined;
  const port = url === '' ? 8443 : Number(new URL(url).port || 443);
  const ports = externalEndpoint.enabled ? [port, externalEndpoint.port] : [port];
  return { ports: ports.map((each) => ({ port: each, protocol: 'TCP' })) };
}

function hasPort(rule: Json, port: string | number): boolean {
  if (!isMap(rule)) return false;
  const { ports } = rule;
  return Array.isArray(ports) && ports.some((each) => isMap(each) && each['port'] === port);
}
