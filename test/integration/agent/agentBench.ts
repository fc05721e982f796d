import { readFileSync } from 'node:fs';
import { type DiagnosticCapture, type NicDevice, type NodeCapture, nicDeviceName } from '@nicdiag/api';
import { type ArtifactReader, createArtifactClient } from '@nicdiag/artifacts';
import { createKubeClient, findCondition, loadKubeConfig } from '@nicdiag/kube';
import { type Agent, type EmulatedHost, type LoggedCommand, type Stack, startStack } from '@nicdiag/tools';
import { captures, nicDevices, nicNodes, nodeCaptures } from '../operator/resources.ts';
import { awaited } from '../whole/awaited.ts';
import { readerToken } from '../whole/readerToken.ts';
import { spooledFiles } from '../whole/spooledFiles.ts';
import { COLLECTORS } from '../whole/wholeBench.ts';
import { type SafeItem, safeItems } from './safeItems.ts';

/** The one host of these tests: two ConnectX-7 through fwctl. */
export const HOST = 'gpu-b';
export const FIRST = '0000:17:00.0';
export const SECOND = '0000:98:00.0';

/** Registers that the agent itself asks each device for, besides captures, to fill in its NicDevice; PMLP to find the
 * ports for that. */
const ASKED_ANYWAY: ReadonlySet<string | undefined> = new Set([
  'PMLP',
  'MGIR',
  'MSGI',
  'PAOS',
  'PTYS',
  'PDDR',
  'MTMP',
  'MPEIN',
  'PMAOS',
]);

type Spec = Partial<DiagnosticCapture['spec']>;

export interface AgentBench extends AsyncDisposable {
  readonly stack: Stack;
  readonly agent: Agent;
  readonly emulator: EmulatedHost;
  /** Starts a capture of the host: a Standard register dump and all capabilities of both devices, unless the spec says
   * otherwise. */
  capture(name: string, spec?: Spec): Promise<void>;
  get(name: string): Promise<DiagnosticCapture>;
  /** The host's part of a capture; undefined before it is there. */
  part(name: string): Promise<NodeCapture | undefined>;
  device(pciAddress: string): Promise<NicDevice | undefined>;
  /** Resolves when every node of the capture has ended. */
  finished(name: string): Promise<NodeCapture>;
  /** What the store has of a capture. */
  reader(name: string): ArtifactReader;
  /** Names of the files of evidence in the agent's spool. */
  spooled(): readonly string[];
  /** The items that are safe in the agent's spool: none of them may be read again. */
  safe(): Promise<readonly SafeItem[]>;
  /** Commands since a place in the log that only captures give. */
  captured(from?: number): readonly LoggedCommand[];
  /** Stops the agent if it runs, starts it anew and waits until it is ready. */
  restart(options?: { readonly env?: Record<string, string>; readonly args?: readonly string[] }): Promise<void>;
  readonly until: typeof awaited;
}

export async function startAgentBench(): Promise<AgentBench> {
  const stack = await startStack({ hosts: [HOST] });
  try {
    return await createBench(stack);
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

async function createBench(stack: Stack): Promise<AgentBench> {
  const agent = stack.agent(HOST);
  const emulator = stack.emulator(HOST);
  const client = createKubeClient(loadKubeConfig({ kubeconfig: stack.cluster.kubeconfig }));
  const token = await readerToken(stack);
  const artifacts = createArtifactClient({
    url: stack.artifactServer.url,
    ca: () => readFileSync(stack.artifactServer.caFile, 'utf8'),
    token: () => token,
  });
  const namespace = 'default';

  const bench: AgentBench = {
    stack,
    agent,
    emulator,
    until: awaited,
    async capture(name, spec = {}) {
      await client.create(captures, {
        apiVersion: 'nicdiag.dev/v1alpha1',
        kind: 'DiagnosticCapture',
        metadata: { name, namespace },
        // The API server fills in the defaults.
        spec: { target: { nodeNames: [HOST] }, collectors: COLLECTORS, ...spec } as DiagnosticCapture['spec'],
      });
    },
    get: (name) => client.get(captures, { namespace, name }),
    async part(name) {
      return (await client.list(nodeCaptures, { namespace, labelSelector: `nicdiag.dev/capture=${name}` })).items[0];
    },
    device: (pciAddress) => client.find(nicDevices, { name: nicDeviceName(HOST, pciAddress) }),
    async finished(name) {
      const ended = async (): Promise<boolean> =>
        findCondition((await bench.get(name)).status?.conditions, 'Finished')?.status === 'True';
      await awaited(ended, `${name} has finished`);
      const part = await bench.part(name);
      if (part === undefined) throw new Error(`${name} has no part on ${HOST}`);
      return part;
    },
    reader: (name) => artifacts.reader({ namespace, name }),
    spooled: () => spooledFiles(agent.stateDirectory),
    safe: () => safeItems(`${agent.stateDirectory}/spool`),
    captured: (from = 0) => emulator.commandLog().slice(from).filter(isOfCapture),
    async restart({ env, args } = {}) {
      await agent.stop();
      agent.start({ ...(env && { env }), ...(args && { args }) });
      await agent.untilReady();
      await awaited(async () => Boolean(await client.list(nicNodes)), 'the API server answers');
      await agent.pod.untilReady();
    },
    async [Symbol.asyncDispose]() {
      artifacts.close();
      await client[Symbol.asyncDispose]();
      await stack[Symbol.asyncDispose]();
    },
  };
  return bench;
}

/** The capability page that every lane reads first, to know the device: general capabilities in force. */
const FIRST_PAGE = 1;

/** Reads of registers and capabilities, without opening and closing, and without those that the agent gives anyway. */
export function isOfCapture({ command, opMod, register }: LoggedCommand): boolean {
  return command === 'ACCESS_REG' ? !ASKED_ANYWAY.has(register) : command === 'QUERY_HCA_CAP' && opMod !== FIRST_PAGE;
}

/** What a command reads, to compare by. */
export function readOf({ device, command, opMod, register, index }: LoggedCommand): string {
  return JSON.stringify([device, command, opMod, register, index]);
}

/** Reads that are in a list more than once. */
export function repeated(commands: readonly LoggedCommand[]): readonly string[] {
  const seen = new Set<string>();
  return commands.map(readOf).filter((read) => {
    const again = seen.has(read);
    seen.add(read);
    return again;
  });
}
