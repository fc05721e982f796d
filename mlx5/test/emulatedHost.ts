import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { untilIdle } from '../../emulator/test/untilIdle.ts';
import type { NicFunction } from '../src/discover/device.ts';
import { discoverDevices } from '../src/discover/discoverDevices.ts';

const program = fileURLToPath(new URL('../../emulator/src/main.ts', import.meta.url));

/** Why this machine cannot mount an emulated host; undefined if it can. */
export function whyNoEmulator(): string | undefined {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return 'no /dev/fuse';
  }
  return process.getuid?.() === 0 ? undefined : 'not root';
}

export interface LoggedCommand {
  readonly device: string;
  readonly uid: number;
  readonly opcode: number;
  readonly command: string;
  readonly opMod: number;
  readonly register?: string;
  readonly index?: Readonly<Record<string, number>>;
  readonly mutation?: unknown;
  readonly own?: string;
}

/** A host of devices that answer ioctl(2), in a process of its own. */
export interface EmulatedHost {
  /** Where its /dev and /sys are. */
  readonly root: string;
  /** Where its devlink answers. */
  readonly devlinkSocket: string;
  readonly devices: readonly NicFunction[];
  device(pciAddress: string): NicFunction;
  /** A request on the control socket, e.g. a fault. */
  control(request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** Every command that firmware was given since the start; of a lane that ended, all but perhaps its DESTROY_UCTX. */
  log(): readonly LoggedCommand[];
  /** Waits until no device is open for the emulator any more. That takes a moment after a lane has ended:
   * {@link untilIdle} says why. */
  untilIdle(): Promise<void>;
  stop(): Promise<void>;
}

/** @param frontEnd what its device nodes are; character devices need root and the kernel's cuse module */
export async function emulatedHost(profile: string, frontEnd: 'fuse' | 'cuse' = 'fuse'): Promise<EmulatedHost> {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-mlx5-'));
  const root = join(directory, 'host');
  const log = join(directory, 'commands.ndjson');
  const socket = join(directory, 'control');
  const devlinkSocket = join(directory, 'devlink');
  const sockets = ['--control', socket, '--devlink-socket', devlinkSocket];
  const args = ['serve', '--front-end', frontEnd, '--host', profile, '--root', root, '--command-log', log, ...sockets];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(child);
  const devices = discoverDevices({ hostRoot: root });
  return {
    root,
    devlinkSocket,
    devices,
    device(pciAddress) {
      const found = devices.find((device) => device.pciAddress === pciAddress);
      if (found === undefined) throw new Error(`no ${pciAddress} among ${devices.map((device) => device.pciAddress)}`);
      return found;
    },
    control: (request) => ask(socket, request),
    log: () =>
      // What follows the last line break is a line that is being written.
      readFileSync(log, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as LoggedCommand),
    untilIdle: () => untilIdle(() => ask(socket, { status: true })),
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error('the emulator has no stdout');
  for await (const line of createInterface(child.stdout)) if (line === 'ready') return;
  throw new Error('the emulator ended before it was ready');
}

async function ask(path: string, request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const socket = connect(path);
  socket.write(`${JSON.stringify(request)}\n`);
  for await (const line of createInterface(socket)) {
    socket.destroy();
    const answer = JSON.parse(line) as Record<string, unknown>;
    if (answer['ok'] !== true) throw new Error(`the emulator said ${line}`);
    return answer;
  }
  throw new Error('the emulator closed its control socket');
}
