import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import type { DiagnosticCapture, DiagnosticCaptureSpec, NodeCapture } from '@nicdiag/api';
import { createArtifactClient } from '@nicdiag/artifacts';
import { createKubeClient, findCondition, type KubeClient, loadKubeConfig, type Stored } from '@nicdiag/kube';
import { type LoggedCommand, type Stack, type StackOptions, startStack } from '@nicdiag/tools';
import { captures, nodeCaptures } from '../operator/resources.ts';
import { awaited, PATIENCE_MS } from './awaited.ts';
import { captureCommands, captureContexts } from './captureCommands.ts';
import { type BundleContents, type ReadOptions, readBundle } from './readBundle.ts';
import { readerToken } from './readerToken.ts';

const CLI = new URL('../../../cli/bin/kubectl-nicdiag', import.meta.url).pathname;

/** Evidence of some length, nearly 400 commands a host: a Standard register dump, and all capabilities. */
export const COLLECTORS: DiagnosticCaptureSpec['collectors'] = [
  { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } },
  { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Both' } },
];

type Capture = Stored<DiagnosticCapture>;

/** What the API server makes a whole spec of. */
export type SpecDraft = Partial<Omit<DiagnosticCaptureSpec, 'target'>> & {
  readonly target?: { readonly nodeNames: string[]; readonly devices?: { readonly pciAddresses: string[] } };
};

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** All programs on a real control plane and emulated hosts, and what tests of the whole do with them. */
export interface WholeBench extends AsyncDisposable {
  readonly stack: Stack;
  readonly client: KubeClient;
  /** Creates a capture of gpu-a and gpu-b: registers and capabilities, unless the spec says otherwise. */
  capture(name: string, spec?: SpecDraft): Promise<Capture>;
  /** The capture once it is as described. The API server may be away meanwhile. */
  until(name: string, is: (capture: Capture) => boolean, patienceMs?: number): Promise<Capture>;
  finished(name: string, patienceMs?: number): Promise<Capture>;
  sealed(name: string): Promise<Capture>;
  /** The nodes' parts, by node. */
  parts(name: string): Promise<Readonly<Record<string, Stored<NodeCapture> | undefined>>>;
  /** Fetches the bundle of a sealed capture and checks everything in it against the capture's status.
   * @throws Error with what is wrong with it */
  bundle(name: string, options?: ReadOptions): Promise<BundleContents>;
  /** Runs the plugin as kubectl does. */
  nicdiag(...args: readonly string[]): Promise<Ran>;
  /** Where the command logs of all hosts end now. */
  mark(): Mark;
  /** Commands that a host's firmware got since then from captures. */
  commands(host: string, since: Mark): readonly LoggedCommand[];
  /** The same by the opening of a device that they came through, in the order of their first commands. */
  contexts(host: string, since: Mark): readonly (readonly LoggedCommand[])[];
  readonly awaited: typeof awaited;
}

export type Mark = ReadonlyMap<string, number>;

export async function startWhole(options: StackOptions = {}): Promise<WholeBench> {
  const stack = await startStack(options);
  try {
    return await furnish(stack);
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

async function furnish(stack: Stack): Promise<WholeBench> {
  const client = createKubeClient(loadKubeConfig({ kubeconfig: stack.cluster.kubeconfig }));
  const token = await readerToken(stack);
  const artifacts = createArtifactClient({
    url: stack.artifactServer.url,
    ca: () => readFileSync(stack.artifactServer.caFile, 'utf8'),
    token: () => token,
  });
  const namespace = 'default';

  const logSince = (host: string, mark: Mark): LoggedCommand[] =>
    stack.emulator(host).commandLog().slice(mark.get(host));

  const bench: WholeBench = {
    stack,
    client,
    awaited,
    capture: (name, spec = {}) =>
      client.create(captures, {
        apiVersion: 'nicdiag.dev/v1alpha1',
        kind: 'DiagnosticCapture',
        metadata: { name, namespace },
        // The API server fills in the defaults.
        spec: { target: { nodeNames: ['gpu-a', 'gpu-b'] }, collectors: COLLECTORS, ...spec } as DiagnosticCaptureSpec,
      }),
    async until(name, is, patienceMs) {
      let last: Capture | undefined;
      const asked = async (): Promise<boolean> => {
        last = await client.get(captures, { namespace, name });
        return is(last);
      };
      await awaited(asked, `${name} is as awaited`, patienceMs).catch((cause: unknown) => {
        throw new Error(`${name} is not as awaited but ${JSON.stringify(last?.status)}`, { cause });
      });
      if (last === undefined) throw new Error(`${name} was never read`);
      return last;
    },
    finished: (name, patienceMs) => bench.until(name, ({ status }) => status?.finishedAt !== undefined, patienceMs),
    sealed: (name) => bench.until(name, ({ status }) => findCondition(status?.conditions, 'Sealed')?.status === 'True'),
    async parts(name) {
      const labelSelector = `nicdiag.dev/capture=${name}`;
      const { items } = await client.list(nodeCaptures, { namespace, labelSelector });
      return Object.fromEntries(items.map((part) => [part.spec.nodeName, part]));
    },
    async bundle(name, options) {
      const { status } = await bench.sealed(name);
      const reader = artifacts.reader({ namespace, name });
      const { body } = await reader.bundle({ signal: AbortSignal.timeout(PATIENCE_MS) });
      return await readBundle(body, status?.manifest?.digest, options);
    },
    nicdiag: (...args) =>
      new Promise((resolve) => {
        const path = [dirname(CLI), process.env['PATH']].join(delimiter);
        const env = { ...process.env, PATH: path, KUBECONFIG: stack.cluster.kubeconfig };
        execFile(stack.cluster.binaries.kubectl, ['nicdiag', ...args], { env }, (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
        });
      }),
    mark: () => new Map(stack.hosts.map((host) => [host, stack.emulator(host).commandLog().length])),
    commands: (host, since) => captureCommands(logSince(host, since)),
    contexts: (host, since) => captureContexts(logSince(host, since)),
    async [Symbol.asyncDispose]() {
      artifacts.close();
      await client[Symbol.asyncDispose]();
      await stack[Symbol.asyncDispose]();
    },
  };
  return bench;
}
