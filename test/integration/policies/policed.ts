import { AGENT_NAMESPACE, nicDeviceName, SERVICE_ACCOUNTS, SYSTEM_NAMESPACE, serviceAccountUser } from '@nicdiag/api';
import {
  type ApiError,
  type ApiObject,
  type ApiRequest,
  type Cluster,
  type HttpMethod,
  installChart,
  type KubectlResult,
  untilServed,
} from '@nicdiag/tools';
import type { ExecutionContext } from 'ava';
import { nicDevice } from '../validation/nodeObjects.ts';
import { type Attributes, untilAllowed } from './untilAllowed.ts';

/** People and what they may do: `edit` is the chart's role in the namespace, `nodes` its verb capture and `intrude` its verb
 * intrude in the cluster, `intrude-here` that verb in the namespace,
 * `everything` every verb on every resource of the namespace, `tickets` the creation of tickets and nothing else. */
const PEOPLE = {
  alice: ['edit', 'nodes', 'intrude-here'],
  bob: ['edit'],
  carol: ['edit', 'nodes', 'intrude'],
  tenant: ['everything'],
  passerby: ['tickets'],
} as const;

export type Person = keyof typeof PEOPLE;

/** A cluster with the chart, two nodes, and the tokens and rights of those who write. */
export interface Policed {
  readonly cluster: Cluster;
  /** Token of the operator's ServiceAccount. */
  readonly operator: string;
  /** Token of the agent on gpu-a, bound to its Pod as the kubelet's are. */
  readonly agent: string;
  /** Token of the agent on gpu-b. */
  readonly otherAgent: string;
  /** Token of the agent's ServiceAccount that is bound to no Pod. */
  readonly unbound: string;
  readonly nodes: Readonly<Record<'gpu-a' | 'gpu-b', ApiObject>>;
  readonly kubeconfigs: Readonly<Record<Person, string>>;
}

export type Test = ExecutionContext<Policed>;

export const API = '/apis/nicdiag.dev/v1alpha1';
export const OPERATOR = serviceAccountUser(SYSTEM_NAMESPACE, SERVICE_ACCOUNTS.operator);
export const AGENT = serviceAccountUser(AGENT_NAMESPACE, SERVICE_ACCOUNTS.agent);

const MERGE = 'application/merge-patch+json';

/** Installs the chart and gives everybody who writes a token or a kubeconfig. */
export async function policed(cluster: Cluster): Promise<Policed> {
  await installChart(cluster);
  await cluster.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(HUBS) });
  await untilServed(cluster, [HUBS.metadata.name]);
  const nodes = { 'gpu-a': await cluster.createNode('gpu-a'), 'gpu-b': await cluster.createNode('gpu-b') };
  const account = { namespace: AGENT_NAMESPACE, serviceAccount: SERVICE_ACCOUNTS.agent };
  const agentOn = async (nodeName: string): Promise<string> => {
    const { metadata } = await cluster.createPod({ ...account, name: `agent-${nodeName}`, nodeName });
    return (await cluster.boundToken({ ...account, pod: { name: metadata.name, uid: metadata.uid } })).token;
  };
  const operator = { namespace: SYSTEM_NAMESPACE, serviceAccount: SERVICE_ACCOUNTS.operator };
  await cluster.kubectl(['apply', '-f', '-'], {
    stdin: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: rights() }),
  });
  for (const [user, attributes] of IN_FORCE) await untilAllowed(cluster, { user }, attributes);
  return {
    cluster,
    nodes,
    operator: (await cluster.boundToken(operator)).token,
    agent: await agentOn('gpu-a'),
    otherAgent: await agentOn('gpu-b'),
    unbound: (await cluster.boundToken(account)).token,
    kubeconfigs: {
      alice: await cluster.userKubeconfig('alice'),
      bob: await cluster.userKubeconfig('bob'),
      carol: await cluster.userKubeconfig('carol'),
      tenant: await cluster.userKubeconfig('tenant'),
      passerby: await cluster.userKubeconfig('passerby'),
    },
  };
}

/** A kind of the group that says its node in a spec that may change, which none of the present ones may. */
const HUBS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'nichubs.nicdiag.dev' },
  spec: {
    group: 'nicdiag.dev',
    scope: 'Cluster',
    names: { kind: 'NicHub', plural: 'nichubs' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { nodeName: { type: 'string' } } } },
          },
        },
      },
    ],
  },
};

/** One of everybody's rights by each binding. */
const IN_FORCE: readonly (readonly [user: string, attributes: Attributes])[] = [
  ...['alice', 'bob', 'carol'].map(
    (user) =>
      [user, { verb: 'create', group: 'nicdiag.dev', resource: 'diagnosticcaptures', namespace: 'default' }] as const,
  ),
  ['alice', { verb: 'capture', group: 'nicdiag.dev', resource: 'nicnodes' }],
  ['carol', { verb: 'capture', group: 'nicdiag.dev', resource: 'nicnodes' }],
  ['carol', { verb: 'intrude', group: 'nicdiag.dev', resource: 'diagnosticcaptures' }],
  ['alice', { verb: 'intrude', group: 'nicdiag.dev', resource: 'diagnosticcaptures', namespace: 'default' }],
  ['tenant', { verb: 'create', group: 'nicdiag.dev', resource: 'nodecaptures', namespace: 'default' }],
  ['passerby', { verb: 'create', group: 'nicdiag.dev', resource: 'artifacttickets', namespace: 'default' }],
  [AGENT, { verb: 'create', group: 'nicdiag.dev', resource: 'nichubs' }],
  [AGENT, { verb: 'create', group: 'nicdiag.dev', resource: 'nicdevices' }],
  [OPERATOR, { verb: 'create', group: 'nicdiag.dev', resource: 'nodecaptures', namespace: 'default' }],
];

function rights(): unknown[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
  const role = (name: string, rules: unknown[]) => ({ apiVersion, kind: 'ClusterRole', metadata: { name }, rules });
  const people = (right: string) =>
    Object.entries(PEOPLE)
      .filter(([, rights]) => (rights as readonly string[]).includes(right))
      .map(([name]) => ({ kind: 'User', name, apiGroup }));
  const binding = (kind: string, right: string, name: string) => ({
    apiVersion,
    kind,
    metadata: { name: `test-${right}`, namespace: kind === 'RoleBinding' ? 'default' : undefined },
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    subjects: people(right),
  });
  return [
    role('test-everything', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]),
    role('test-tickets', [{ apiGroups: ['nicdiag.dev'], resources: ['artifacttickets'], verbs: ['create'] }]),
    binding('RoleBinding', 'edit', 'nicdiag-edit'),
    binding('RoleBinding', 'everything', 'test-everything'),
    binding('RoleBinding', 'tickets', 'test-tickets'),
    binding('ClusterRoleBinding', 'nodes', 'nicdiag-capture'),
    binding('ClusterRoleBinding', 'intrude', 'nicdiag-intrude'),
    binding('RoleBinding', 'intrude-here', 'nicdiag-intrude'),
    role('test-agent-hubs', [{ apiGroups: ['nicdiag.dev'], resources: ['nichubs'], verbs: ['create', 'patch'] }]),
    {
      ...binding('ClusterRoleBinding', 'agent-hubs', 'test-agent-hubs'),
      subjects: [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNTS.agent, namespace: AGENT_NAMESPACE }],
    },
  ];
}

export interface Write {
  readonly method: HttpMethod;
  readonly path: string;
  readonly options: ApiRequest;
}

/** A write that is tried with several tokens. */
export const create = (path: string, body: unknown): Write => ({ method: 'POST', path, options: { body } });
export const patch = (path: string, body: unknown): Write => ({
  method: 'PATCH',
  path,
  options: { body, contentType: MERGE },
});
export const remove = (path: string): Write => ({ method: 'DELETE', path, options: {} });

export async function succeeds(t: Test, token: string, { method, path, options }: Write): Promise<void> {
  await t.notThrowsAsync(t.context.cluster.admin.request(method, path, { ...options, token }));
}

/** The write is refused by that policy, with these words. */
export async function refused(
  t: Test,
  token: string,
  { method, path, options }: Write,
  policy: string,
  says: string,
): Promise<void> {
  const error = await t.throwsAsync<ApiError>(t.context.cluster.admin.request(method, path, { ...options, token }));
  t.is(error?.status, 403);
  t.true(error?.message.includes(`ValidatingAdmissionPolicy '${policy}'`), error?.message);
  t.true(error?.message.includes(says), error?.message);
}

/** Runs kubectl as one of the people with an object on its standard input. */
export async function kubectlAs(
  t: Test,
  person: Person,
  args: readonly string[],
  object?: unknown,
): Promise<KubectlResult> {
  const { cluster, kubeconfigs } = t.context;
  const stdin = object === undefined ? {} : { stdin: JSON.stringify(object) };
  return await cluster.tryKubectl(args, { ...stdin, kubeconfig: kubeconfigs[person] });
}

/** The command failed, with these words. */
export function says(t: Test, { code, stderr }: KubectlResult, words: string): void {
  t.not(code, 0);
  t.true(stderr.includes(words), stderr);
}

/** A NicDevice that has a Node as owner, its own unless told otherwise. */
export function ownedDevice(t: Test, node: 'gpu-a' | 'gpu-b', pci: string, owner = t.context.nodes[node]): object {
  const device = nicDevice(nicDeviceName(node, pci), node, pci);
  const { name, uid } = owner.metadata;
  device.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
  return device;
}
