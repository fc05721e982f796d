import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommandSync } from '../runCommand.ts';
import { containerdAnswers, importImage } from './imageStore.ts';
import { readNodeConfig } from './nodeConfig.ts';
import { nodePrograms, writeProgramFiles } from './programs.ts';

/* `supervise.ts CONFIG`: what systemd is to a node: starts its programs and starts them again when they end. */

/** As systemd does it for kubelet and containerd: not at once, so that a program that cannot start does not spin. */
const RESTART_MS = 1_000;
const CONTAINERD_MS = 120_000;
const POLL_MS = 50;

const [path = ''] = process.argv.slice(2);
const config = readNodeConfig(path);
const pids: Record<string, number> = { supervisor: process.pid };

for (const path of emulatedNodes('/dev')) runCommandSync('mount', ['--bind', path, path]);
// Mounts that Pods ask for with Bidirectional, and volumes of kubelet, are seen by all of the node.
runCommandSync('mount', ['--make-rshared', '/']);
writeProgramFiles(config);
const { containerd, ...others } = nodePrograms(config);
keepRunning('containerd', containerd);
await untilContainerd();
for (const image of config.images) await importImage(config, image);
for (const [name, command] of Object.entries(others)) keepRunning(name, command);

/** Device nodes can be opened for writing on a read-only filesystem, files of FUSE cannot: what lies in /dev is mounted by
 * itself, and so stays writable in a container that has /dev read-only. */
function emulatedNodes(dev: string): string[] {
  return ['.', 'fwctl']
    .map((folder) => join(dev, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && /^(mlx5ctl-|fwctl)/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function untilContainerd(): Promise<void> {
  const deadline = Date.now() + CONTAINERD_MS;
  while (!(await containerdAnswers(config))) {
    if (Date.now() > deadline) throw new Error(`containerd does not answer on ${config.name}; see its log`);
    await sleep(POLL_MS);
  }
}

function keepRunning(name: string, [program, ...args]: readonly [string, ...string[]]): void {
  const log = openSync(join(config.logs, `${config.name}-${name}.log`), 'a');
  const start = (): void => {
    const child = spawn(program, args, { stdio: ['ignore', log, log], env: environment() });
    if (child.pid !== undefined) notePid(name, child.pid);
    child.on('error', (error) => process.stderr.write(`${name}: ${error.message}\n`));
    child.once('close', () => setTimeout(start, RESTART_MS));
  };
  start();
}

/** Pids as the node counts them; whoever reads the note must never find half of it. */
function notePid(name: string, pid: number): void {
  pids[name] = pid;
  const note = join(config.disk.run, 'pids.json');
  writeFileSync(`${note}.new`, JSON.stringify(pids));
  renameSync(`${note}.new`, note);
}

function environment(): NodeJS.ProcessEnv {
  const { path: directories, libraries } = config.runtime;
  const own = process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin';
  return { ...process.env, PATH: [...directories, own].join(':'), LD_LIBRARY_PATH: libraries };
}
