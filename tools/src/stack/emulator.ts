import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import type { Nursery } from '../nursery/nursery.ts';
import { MAIN } from './paths.ts';
import { createProgram, type Program, ProgramError } from './program.ts';

/** A line of the emulator's command log; its package describes all fields. */
export interface LoggedCommand {
  /** CLOCK_MONOTONIC, nanoseconds. */
  readonly ns: number;
  readonly device: string;
  readonly uid: number;
  readonly opcode: number;
  readonly register?: string;
  readonly index?: Readonly<Record<string, number>>;
  readonly status?: number;
  readonly errno?: string;
  readonly mutation?: string;
  /** The context that CREATE_UCTX made or DESTROY_UCTX ended. */
  readonly userContext?: number;
  readonly [field: string]: unknown;
}

/** An emulated host that serves its devices. */
export interface EmulatedHost extends Program {
  /** Has `dev/` and `sys/`: a node agent's --host-root. */
  readonly root: string;
  /** Sends a fault, `{ clear: true }` and so on to the emulator and waits for its answer.
   * @throws ProgramError when it is refused */
  control(message: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Every command that its firmware executed so far, oldest first. */
  commandLog(): LoggedCommand[];
  /** Resolves when its files answer. */
  untilServing(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

const SERVING_MS = 120_000;
const CONTROL_MS = 60_000;
const POLL_MS = 25;

/** Starts `nicdiag-emulator serve` for one host.
 * @param host a profile's name, or the path of a profile */
export function startEmulator(
  nursery: Nursery,
  host: string,
  options: {
    readonly seed?: number;
    /** @default a directory of its own */
    readonly root?: string;
  } = {},
): EmulatedHost {
  const name = `emulator-${host}`;
  const directory = `${nursery.directory}/hosts`;
  const { root = `${directory}/${host}` } = options;
  const commandLogFile = `${directory}/${host}.commands`;
  const controlSocket = `${directory}/${host}.control`;
  mkdirSync(directory, { recursive: true });
  const program = createProgram(nursery, {
    name,
    command: [
      process.execPath,
      MAIN.emulator,
      'serve',
      '--host',
      host,
      '--root',
      root,
      '--control',
      controlSocket,
      '--command-log',
      commandLogFile,
      ...(options.seed === undefined ? [] : ['--seed', String(options.seed)]),
    ],
  });
  program.start();
  return Object.assign(program, {
    root,
    control: (message: Readonly<Record<string, unknown>>) => exchange(controlSocket, message),
    commandLog: () => readCommandLog(commandLogFile),
    async untilServing({ signal }: { readonly signal?: AbortSignal | undefined } = {}) {
      const deadline = Date.now() + SERVING_MS;
      // One `ready` a run; the log keeps those of earlier runs.
      while ((program.tail(Number.POSITIVE_INFINITY).match(/^ready$/gm) ?? []).length < program.starts) {
        signal?.throwIfAborted();
        if (!program.isRunning()) throw new ProgramError(`${name} ended before it served:\n${program.tail()}`);
        if (Date.now() > deadline)
          throw new ProgramError(`${name} does not serve after ${SERVING_MS / 1000} s:\n${program.tail()}`);
        await setTimeout(POLL_MS);
      }
    },
  });
}

/** Every command so far that was logged into a file, oldest first. */
export function readCommandLog(path: string): LoggedCommand[] {
  return existsSync(path) ? parseCommandLog(readFileSync(path, 'utf8')) : [];
}

/** The last line may be half written. */
export function parseCommandLog(text: string): LoggedCommand[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Sends one JSON line to an emulator's control socket, and gives the one that comes back.
 * @throws ProgramError when the emulator refuses it */
export async function exchange(path: string, message: unknown): Promise<Readonly<Record<string, unknown>>> {
  const socket = connect({ path, timeout: CONTROL_MS });
  try {
    const line = await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('timeout', () => reject(new ProgramError(`${path} did not answer in ${CONTROL_MS} ms`)));
      socket.once('close', () => reject(new ProgramError(`${path} closed without an answer`)));
      createInterface({ input: socket }).once('line', resolve).on('error', reject);
      socket.write(`${JSON.stringify(message)}\n`);
    });
    const answer = JSON.parse(line);
    if (answer.error !== undefined)
      throw new ProgramError(`the emulator refuses ${JSON.stringify(message)}: ${answer.error}`);
    return answer;
  } finally {
    socket.destroy();
  }
}
