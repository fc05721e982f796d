import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { firstLine, openPrivateNamespace, type PrivateNamespace } from './privateNamespace.ts';
import { untilIdle } from './untilIdle.ts';

const main = new URL('../src/main.ts', import.meta.url).pathname;

/** The program under test, in a namespace of its own. */
export interface EmulatorUnderTest extends AsyncDisposable {
  readonly namespace: PrivateNamespace;
  /** Mount point; only programs started by `namespace` see what is there. */
  readonly root: string;
  readonly process: ChildProcessWithoutNullStreams;
  control(request: object): Promise<Record<string, unknown>>;
  /** Every command so far; those of a client that goes on at the same moment may or may not be there. */
  commandLog(): Record<string, unknown>[];
  /** Waits until all files are closed for the emulator, too: {@link untilIdle} says why that takes a moment. */
  untilIdle(): Promise<void>;
  /** Ends it with SIGTERM.
   * @returns its exit code */
  stop(): Promise<number | null>;
}

/** @param host profile
 * @returns when it has printed `ready` */
export async function startEmulator(host: string): Promise<EmulatorUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-emulator-test-'));
  const root = join(directory, 'host');
  const log = join(directory, 'commands.ndjson');
  const namespace = await openPrivateNamespace();
  const child = namespace.start([
    process.execPath,
    main,
    'serve',
    '--host',
    host,
    '--root',
    root,
    '--seed',
    '7',
    '--command-log',
    log,
  ]);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await waitUntilReady(child);
  const control = (request: object) => ask(`${root}.control`, request);

  return {
    namespace,
    root,
    process: child,
    control,
    commandLog: () =>
      // What follows the last line break is a line that is being written.
      readFileSync(log, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    untilIdle: () => untilIdle(() => control({ status: true })),
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await namespace[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function waitUntilReady(child: ChildProcessWithoutNullStreams): Promise<void> {
  const failures: string[] = [];
  child.stderr.on('data', (text) => failures.push(String(text)));
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line === 'ready' && resolve());
    lines.once('close', () => reject(new Error(`the emulator ended before it was ready: ${failures.join('')}`)));
  });
}

async function ask(path: string, request: object): Promise<Record<string, unknown>> {
  const socket = createConnection(path);
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await firstLine(socket)) as Record<string, unknown>;
  } finally {
    socket.destroy();
  }
}
