import { type KubeObject, kubeConfigNames, type Resource, resource } from '@nicdiag/kube';
import { captureOutcome } from '../capture/captureOutcome.ts';
import { connect } from '../connection/connect.ts';
import type { ConnectionFlags } from '../connection/connectionFlags.ts';
import { CAPTURES, DEVICES } from '../connection/resources.ts';
import type { Candidate } from './candidate.ts';
import type { Asked } from './sources.ts';

/** Longer than that nobody waits at a prompt. */
const PATIENCE = '3s';
const NAMESPACES = resource<KubeObject>('v1', 'namespaces');

export async function captureNames(asked: Asked): Promise<readonly Candidate[]> {
  const captures = await listed(asked, CAPTURES, 'own');
  return captures.map((capture) => ({
    value: capture.metadata.name ?? '',
    description: captureOutcome(capture).state,
  }));
}

export async function namespaces(asked: Asked): Promise<readonly Candidate[]> {
  return (await listed(asked, NAMESPACES, 'none')).map(({ metadata: { name = '' } }) => ({ value: name }));
}

/** Nodes that have NICs, by their NicDevices: with the rights of `devices`. */
export async function nodes(asked: Asked): Promise<readonly Candidate[]> {
  const devices = await listed(asked, DEVICES, 'none');
  return [...new Set(devices.map(({ spec }) => spec.nodeName))].sort().map((value) => ({ value }));
}

export async function clusterDevices(asked: Asked): Promise<readonly Candidate[]> {
  const { node } = asked.given;
  const devices = (await listed(asked, DEVICES, 'none')).filter(({ spec }) => !node || spec.nodeName === node);
  return devices.map(({ spec, status }) => ({
    value: spec.pciAddress,
    description: [spec.nodeName, status?.model, status?.health].filter(Boolean).join(' '),
  }));
}

export async function contexts({ given }: Asked): Promise<readonly Candidate[]> {
  return kubeConfigNames(given['kubeconfig']).contexts.map((value) => ({ value }));
}

export async function clusters({ given }: Asked): Promise<readonly Candidate[]> {
  return kubeConfigNames(given['kubeconfig']).clusters.map((value) => ({ value }));
}

export async function users({ given }: Asked): Promise<readonly Candidate[]> {
  return kubeConfigNames(given['kubeconfig']).users.map((value) => ({ value }));
}

async function listed<T extends KubeObject>(
  { given, io }: Asked,
  of: Resource<T>,
  scope: 'own' | 'none',
): Promise<readonly T[]> {
  await using connection = connect({ ...flagsOf(given), requestTimeout: PATIENCE }, io);
  const namespace = scope === 'own' ? connection.namespace : undefined;
  const { items } = await connection.client.list(of, { namespace, ...connection.request() });
  return items;
}

/** Flags that were typed before the cursor; those that may be repeated count once here. */
function flagsOf(given: Readonly<Record<string, string>>): ConnectionFlags {
  const { asGroup, asUserExtra, insecureSkipTlsVerify, ...plain } = given;
  return {
    ...plain,
    ...(asGroup !== undefined && { asGroup: [asGroup] }),
    ...(asUserExtra !== undefined && { asUserExtra: [asUserExtra] }),
    ...(insecureSkipTlsVerify !== undefined && { insecureSkipTlsVerify: insecureSkipTlsVerify !== 'false' }),
  };
}
