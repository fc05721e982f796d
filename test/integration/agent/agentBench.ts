import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DiagnosticCapture, NicDevice, NodeCapture } from '@nicdiag/api';
import { type ArtifactReader, createArtifactClient } from '@nicdiag/artifacts';
import { type Agent, type EmulatedHost, type LoggedCommand, type Stack, startStack } from '@nicdiag/tools';
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

/** Only for what never comes: a busy machine takes its time. */
const PATIENCE_MS = 180_000;

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
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
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
  const artifacts = createArtifactClient({
    url: stack.artifactServer.url,
    ca: () => readFileSync(stack.artifactServer.caFile, 'utf8'),
    token: await readerToken(stack),
  });
  const object = async <T>(args: readonly string[]): Promise<T | undefined> => {
    const { code, stdout } = await stack.cluster.tryKubectl(['get', ...args, '-o', 'json']);
    return code === 0 ? JSON.parse(stdout) : undefined;
  };
  const until: AgentBench['until'] = async (condition, what) => {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}\n${stack.tails(15)}`);
      await sleep(50);
    }
  };

  const bench: AgentBench = {
    stack,
    agent,
    emulator,
    until,
    async capture(name, spec = {}) {
      const body = {
        apiVersion: 'nicdiag.dev/v1alpha1',
        kind: 'DiagnosticCapture',
        metadata: { name, namespace: 'default' },
        spec: {
          target: { nodeNames: [HOST] },
          collectors: [
            { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } },
            { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Both' } },
          ],
          ...spec,
        },
      };
      await stack.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(body) });
    },
    async get(name) {
      const found = await object<DiagnosticCapture>(['dcap', name]);
      if (found === undefined) throw new Error(`there is no capture ${name}`);
      return found;
    },
    async part(name) {
      return (await object<{ items: NodeCapture[] }>(['ncap', '-l', `nicdiag.dev/capture=${name}`]))?.items[0];
    },
    device: (pciAddress) => object<NicDevice>(['nicdevice', `${HOST}.${pciAddress.replaceAll(/[:.]/g, '-')}`]),
    async finished(name) {
      const ended = async (): Promise<boolean> =>
        (await bench.get(name)).status?.conditions?.some(
          ({ type, status }) => type === 'Finished' && status === 'True',
        ) ?? false;
      await until(ended, `${name} has finished`);
      const part = await bench.part(name);
      if (part === undefined) throw new Error(`${name} has no part on ${HOST}`);
      return part;
    },
    reader: (name) => artifacts.reader({ namespace: 'default', name }),
    spooled: () =>
      readdirSync(`${agent.stateDirectory}/spool`, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name),
    safe: () => safeItems(`${agent.stateDirectory}/spool`),
    captured: (from = 0) => emulator.commandLog().slice(from).filter(isOfCapture),
    async restart({ env, args } = {}) {
      await agent.stop();
      agent.start({ ...(env && { env }), ...(args && { args }) });
      await agent.untilReady();
      await until(
        async () => (await object<{ status: unknown }>(['node', HOST])) !== undefined,
        'the API server answers',
      );
      await agent.pod.untilReady();
    },
    async [Symbol.asyncDispose]() {
      artifacts.close();
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

/** A user of the artifact server: it takes bearer tokens of its own audience from whoever may read artifacts. */
async function readerToken(stack: Stack): Promise<() => string> {
  const namespace = 'default';
  await stack.kubectl([
    'create',
    'clusterrolebinding',
    'reader',
    '--clusterrole=nicdiag-edit',
    '--serviceaccount=default:default',
  ]);
  const { token } = await stack.cluster.boundToken({
    namespace,
    serviceAccount: 'default',
    audiences: ['nicdiag-artifacts'],
  });
  return () => token;
}
