import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Child } from '../nursery/child.ts';
import type { Nursery } from '../nursery/nursery.ts';
import { exchange, type LoggedCommand, readCommandLog } from '../stack/emulator.ts';
import type { ClusterNetwork } from './clusterNetwork.ts';
import { firstChild, pidHere } from './namespacePids.ts';
import { ctr } from './node/imageStore.ts';
import type { NodeConfig } from './node/nodeConfig.ts';
import type { NodeProgram } from './node/programs.ts';
import { runCommand } from './runCommand.ts';

const START_MS = 120_000;
const POLL_MS = 20;

export class NodeStartError extends Error {
  override readonly name = 'NodeStartError';
  readonly code = 'NodeStart';
}

/** A machine of the cluster, as far as this one can be several. */
export interface RealNode {
  readonly name: string;
  readonly address: string;
  /** Of everything that runs in its Pods, in every hierarchy. */
  readonly cgroup: string;
  /** Boots it, with the disk that it had. Resolves when its programs have been started.
   * @throws NodeStartError */
  start(): Promise<void>;
  /** Takes its power away: every process of it is gone at once. */
  stop(): Promise<void>;
  isRunning(): boolean;
  /** When it was last told to start, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Sends a signal to one of its programs, which is started again after a second.
   * @default SIGKILL */
  kill(program: NodeProgram, signal?: NodeJS.Signals): void;
  /** Pid of one of its programs, as this machine counts. */
  pid(program: NodeProgram): number | undefined;
  /** Runs a command on the node, as root.
   * @returns stdout */
  run(command: readonly string[]): Promise<string>;
  /** Puts an image into its store. */
  importImage(archive: string): Promise<void>;
  /** Sends faults and questions to its emulated host. */
  control(message: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Every command that its firmware executed so far, oldest first. */
  commandLog(): LoggedCommand[];
  /** The last lines of its own log and its programs' logs. */
  tails(lines?: number): string;
}

/** First process of a node's namespaces. It takes leave of orphans (shims of containers outlive containerd), which Node.js
 * would not; when the boot program ends, so does it, and with it everything else in its PID namespace. */
const INIT = ['sh', '-c', '"$@" & wait "$!"', 'init'] as const;
const NAMESPACES = ['--mount', '--pid', '--net', '--uts', '--ipc'] as const;

export function createNode(nursery: Nursery, network: ClusterNetwork, number: number, config: NodeConfig): RealNode {
  const { name, disk, emulated, runtime } = config;
  const file = join(disk.run, 'node.json');
  const pidNote = join(disk.run, 'pids.json');
  let machine: Child | undefined;
  let startedAt = 0;

  const innerPids = (): Readonly<Record<string, number>> =>
    existsSync(pidNote) ? JSON.parse(readFileSync(pidNote, 'utf8')) : {};
  const pid = (program: NodeProgram | 'supervisor'): number | undefined => {
    const inner = innerPids()[program];
    const init = machine === undefined ? undefined : firstChild(machine.pid);
    return inner === undefined || init === undefined ? undefined : pidHere(init, inner);
  };
  const running = (program: NodeProgram | 'supervisor'): number => {
    const found = pid(program);
    if (found === undefined) throw new NodeStartError(`${program} of ${name} does not run`);
    return found;
  };
  const emulator = (): NonNullable<NodeConfig['emulated']> => {
    if (emulated === undefined) throw new NodeStartError(`${name} has no NICs`);
    return emulated;
  };
  const tails = (lines = 15): string =>
    [`node-${name}`, ...['containerd', 'kubelet', 'kube-proxy', 'dns'].map((program) => `${name}-${program}`)]
      .map((log) => `--- ${log}\n${tail(join(nursery.logs, `${log}.log`), lines)}`)
      .join('\n');

  async function until(what: string, done: () => boolean, child: Child): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!done()) {
      if (!child.isRunning() || Date.now() > deadline)
        throw new NodeStartError(`${name} did not come to ${what}:\n${tails()}`);
      await setTimeout(POLL_MS);
    }
  }

  return {
    name,
    address: config.address,
    cgroup: config.cgroup,
    get startedAt() {
      return startedAt;
    },
    async start() {
      startedAt = Date.now();
      for (const directory of Object.values(disk)) mkdirSync(directory, { recursive: true });
      rmSync(pidNote, { force: true });
      writeFileSync(file, JSON.stringify(config));
      const boot = [process.execPath, fileURLToPath(new URL('node/boot.ts', import.meta.url)), file];
      const child = nursery.spawn(`node-${name}`, [
        'unshare',
        ...NAMESPACES,
        '--fork',
        '--kill-child',
        '--mount-proc',
        '--propagation=private',
        '--',
        ...INIT,
        ...boot,
      ]);
      machine = child;
      await until('its first process', () => firstChild(child.pid) !== undefined, child);
      await network.join({ name, number, pid: firstChild(child.pid) ?? 0 });
      await until('kubelet', () => pid('kubelet') !== undefined, child);
    },
    async stop() {
      // Not unshare: it waits for this process, whose end waits for everything else in its PID namespace.
      const init = machine === undefined ? undefined : firstChild(machine.pid);
      if (init !== undefined) process.kill(init, 'SIGKILL');
      else machine?.kill('SIGKILL');
      await machine?.ended;
      machine = undefined;
    },
    isRunning: () => machine?.isRunning() ?? false,
    kill(program, signal = 'SIGKILL') {
      process.kill(running(program), signal);
    },
    pid,
    run: (command) =>
      runCommand('nsenter', [...NAMESPACES, `--target=${running('supervisor')}`, '--wd=/', '--', ...command]),
    async importImage(archive) {
      await this.run([ctr(runtime), '--namespace=k8s.io', 'images', 'import', archive]);
    },
    control: (message) => exchange(emulator().control, message),
    commandLog: () => readCommandLog(emulator().commandLog),
    tails,
  };
}

function tail(path: string, lines: number): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '(no log)';
}
