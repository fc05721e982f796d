import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { type NodeCapture, nodeCaptureLabels, nodeCaptureName } from '@nicdiag/api';
import {
  type ArtifactClient,
  type ArtifactError,
  type CaptureIdentity,
  createArtifactClient,
  DEVICE_MANIFEST_SCHEMA,
  type DeviceManifest,
  digestOf,
  type UploadBlob,
} from '@nicdiag/artifacts';
import { type Cluster, type Stack, type StackOptions, startStack } from '@nicdiag/tools';
import type { ExecutionContext } from 'ava';

const AUDIENCE = ['nicdiag-artifacts'];
const AGENT = { namespace: 'nicdiag-agent', serviceAccount: 'nicdiag-agent' };
const OPERATOR = { namespace: 'nicdiag-system', serviceAccount: 'nicdiag-operator' };

/** An artifact server on a real API server with the chart, two nodes with agents' tokens, and no other program. */
export interface Serving {
  readonly stack: Stack;
  readonly cluster: Cluster;
  readonly directory: string;
  /** Token for the artifact server of the agent on that node. */
  agentToken(node: string): string;
  readonly operatorToken: string;
  /** A client with that token. Closed at the end. */
  client(token: string): ArtifactClient;
}

export async function startServing(
  options: Pick<StackOptions, 'values' | 'secrets' | 'cluster' | 'programs'> = {},
): Promise<Serving & AsyncDisposable> {
  const stack = await startStack({ hosts: [], operators: 0, ...options });
  const { cluster, artifactServer } = stack;
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-artifact-server-'));
  const tokens = new Map<string, string>();
  for (const node of ['gpu-a', 'gpu-b']) {
    await cluster.createNode(node);
    const pod = await cluster.createPod({ ...AGENT, name: `agent-${node}`, nodeName: node });
    const bound = { name: pod.metadata.name, uid: pod.metadata.uid };
    tokens.set(node, (await cluster.boundToken({ ...AGENT, audiences: AUDIENCE, pod: bound })).token);
  }
  const operatorToken = (await cluster.boundToken({ ...OPERATOR, audiences: AUDIENCE })).token;
  const ca = await readFile(artifactServer.caFile, 'utf8');
  const clients: ArtifactClient[] = [];
  return {
    ...{ stack, cluster, directory, operatorToken },
    agentToken: (node) => tokens.get(node) ?? '',
    client(token) {
      const client = createArtifactClient({ url: artifactServer.url, ca: () => ca, token: () => token });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await rm(directory, { recursive: true, force: true });
      await stack[Symbol.asyncDispose]();
    },
  };
}

/** A capture of those nodes, with the NodeCaptures that the operator would have made. */
export async function createCapture(
  { cluster }: Serving,
  name: string,
  nodes: readonly string[] = ['gpu-a'],
  spec: Readonly<Record<string, unknown>> = {},
): Promise<CaptureIdentity> {
  const namespace = 'default';
  const path = '/apis/nicdiag.dev/v1alpha1/namespaces/default';
  const collectors = [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }];
  const created = await cluster.admin.object('POST', `${path}/diagnosticcaptures`, {
    body: {
      ...{ apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture', metadata: { name, namespace } },
      spec: { target: { nodeNames: nodes }, collectors, ...spec },
    },
  });
  const { uid } = created.metadata;
  const operator = (await cluster.boundToken(OPERATOR)).token;
  for (const nodeName of nodes) {
    const body: NodeCapture = {
      ...{ apiVersion: 'nicdiag.dev/v1alpha1', kind: 'NodeCapture' },
      metadata: {
        ...{ name: nodeCaptureName(name, uid, nodeName), namespace },
        labels: nodeCaptureLabels({ name, uid }, nodeName),
        ownerReferences: [{ apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture', name, uid }],
      },
      spec: {
        ...{ nodeName, capture: { name, uid }, devices: { functions: ['PF'], linkState: 'Any' }, impact: 'ReadOnly' },
        collectors: [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }],
        ...{ deadline: '2026-01-01T00:10:00Z', nodeDeadline: '2m', limits: { maxBytesPerDevice: '256Mi' } },
      },
    };
    await cluster.admin.request('POST', `${path}/nodecaptures`, { body, token: operator });
  }
  return { namespace, name, uid };
}

/** A blob on disk, compressed as an agent does.
 * @param stored other bytes than the right ones */
export async function blobOf({ directory }: Serving, content: Uint8Array, stored?: Uint8Array): Promise<UploadBlob> {
  const bytes = stored ?? zstdCompressSync(content);
  const path = join(directory, randomUUID());
  await writeFile(path, bytes);
  return { digest: digestOf(content), size: content.byteLength, storedSize: bytes.byteLength, path };
}

/** The manifest of a device whose one collector has these files. */
export function manifestOf(
  capture: CaptureIdentity,
  node: string,
  files: Readonly<Record<string, UploadBlob>>,
  pciAddress = '0000:03:00.0',
): DeviceManifest {
  const blobs = Object.entries(files).map(([name, { digest, size, storedSize }]) => ({
    ...{ name, mediaType: 'application/octet-stream', digest, size, storedSize },
  }));
  const collector = { name: 'regs', type: 'RegisterDump', impact: 'ReadOnly', state: 'Succeeded' as const };
  return {
    ...{ schemaVersion: DEVICE_MANIFEST_SCHEMA, capture, node, agentVersion: '0.1.0', layoutVersion: 'test' },
    device: { pciAddress, model: 'ConnectX-7', deviceId: '0x1021', function: 'PF' },
    state: 'Succeeded',
    collectors: [{ ...collector, items: 1, itemErrors: 0, failures: [], spans: [], blobs }],
  };
}

/** Asserts that the server refuses with that reason and words. */
export async function refusedWith(
  t: ExecutionContext,
  attempt: Promise<unknown>,
  code: ArtifactError['code'],
  message: RegExp,
): Promise<void> {
  const error = await t.throwsAsync(attempt, undefined, `should be refused with ${code}`);
  t.is((error as ArtifactError | undefined)?.code, code, error?.message);
  t.regex(error?.message ?? '', message);
}
