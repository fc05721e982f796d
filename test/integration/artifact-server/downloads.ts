import { createHash } from 'node:crypto';
import { ARTIFACTS_SERVICE } from '@nicdiag/api';
import { type CaptureIdentity, deviceManifestBytes, type SealReceipt } from '@nicdiag/artifacts';
import { createKubeClient, type KubeClient, KubeError, loadKubeConfig } from '@nicdiag/kube';
import type { ExecutionContext } from 'ava';
import { untilAllowed } from '../policies/untilAllowed.ts';
import { blobOf, createCapture, manifestOf, type Serving } from './serving.ts';

const { signal } = new AbortController();

/** A capture with these files from one device, sealed, its status as the operator would have written it. */
export async function sealedCapture(
  serving: Serving,
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<CaptureIdentity & { readonly seal: SealReceipt }> {
  const { agentToken, client, cluster, operatorToken } = serving;
  const capture = await createCapture(serving, name);
  const agent = client(agentToken('gpu-a'));
  const target = { captureUid: capture.uid, node: 'gpu-a', pciAddress: '0000:03:00.0' };
  const blobs = await Promise.all(
    Object.entries(files).map(async ([file, content]) => [file, await blobOf(serving, content)] as const),
  );
  for (const [, blob] of blobs) await agent.putBlob(target, blob, { signal });
  const manifest = manifestOf(capture, 'gpu-a', Object.fromEntries(blobs));
  await agent.putDeviceManifest(target, deviceManifestBytes(manifest), { signal });
  const nodes = [{ name: 'gpu-a', state: 'Succeeded' as const }];
  const seal = await client(operatorToken).seal(capture.uid, { nodes }, { signal });
  const time = new Date().toISOString();
  const condition = (type: string, reason: string) => ({
    ...{ type, status: 'True', reason, message: `${type}.`, lastTransitionTime: time },
  });
  const path = `/apis/nicdiag.dev/v1alpha1/namespaces/default/diagnosticcaptures/${name}/status`;
  const conditions = [
    condition('Finished', 'Finished'),
    condition('Succeeded', 'AllSucceeded'),
    condition('Sealed', 'Sealed'),
  ];
  const { digest, sizeBytes } = seal;
  const status = { startedAt: time, finishedAt: time, progress: '1/1', manifest: { digest, sizeBytes }, conditions };
  const operator = await cluster.boundToken({ namespace: 'nicdiag-system', serviceAccount: 'nicdiag-operator' });
  await cluster.admin.request('PATCH', path, {
    ...{ body: { status }, contentType: 'application/merge-patch+json', token: operator.token },
  });
  return { ...capture, seal };
}

/** Somebody with a kubeconfig. */
export async function person(
  t: ExecutionContext<Serving>,
  user: string,
  role?: 'nicdiag-edit' | 'nicdiag-view',
): Promise<{ readonly client: KubeClient; readonly kubeconfig: string }> {
  const { cluster } = t.context;
  if (role !== undefined) {
    const binding = ['create', 'rolebinding', user, '-n', 'default', `--clusterrole=${role}`, `--user=${user}`];
    await cluster.kubectl(binding);
    const get = { verb: 'get', group: 'nicdiag.dev', resource: 'diagnosticcaptures', namespace: 'default' };
    await untilAllowed(cluster, { user }, get);
  }
  const kubeconfig = await cluster.userKubeconfig(user);
  const client = createKubeClient(loadKubeConfig({ kubeconfig }));
  t.teardown(() => client[Symbol.asyncDispose]());
  return { client, kubeconfig };
}

/** Creates a ticket with a known secret. */
export async function createTicket(
  client: KubeClient,
  ticket: { readonly name: string; readonly capture: string; readonly user: string; readonly lifetimeMs?: number },
): Promise<string> {
  const { name, capture, user, lifetimeMs = 600_000 } = ticket;
  const secret = createHash('sha256').update(name).digest('base64url');
  const spec = {
    ...{ capture, user, secretSha256: createHash('sha256').update(secret).digest('hex') },
    expiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
  };
  await client.request({
    method: 'POST',
    path: '/apis/nicdiag.dev/v1alpha1/namespaces/default/artifacttickets',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'nicdiag.dev/v1alpha1', kind: 'ArtifactTicket', metadata: { name }, spec }),
  });
  return `${name}.${secret}`;
}

export interface ProxyAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** GET through the API server's service proxy. Refusals are answers too. */
export async function getByProxy(
  client: KubeClient,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<ProxyAnswer> {
  const proxy = `/api/v1/namespaces/nicdiag-system/services/${ARTIFACTS_SERVICE.proxy}/proxy`;
  try {
    const answer = await client.request({ method: 'GET', path: `${proxy}${path}`, headers });
    return { status: answer.status, headers: answer.headers, body: Buffer.concat(await Array.fromAsync(answer.body)) };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    return { status: error.status, headers: {}, body: Buffer.from(error.body ?? '') };
  }
}
