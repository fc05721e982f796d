/** What the device library costs beyond the ioctl: per command in a lane's thread, and for a whole Standard dump against
 * a C program that issues the same inboxes. Run as root, or inside `tools/src/inside.ts`: `node bench/mlx5-channel.ts`.
 * Prints tables and, with `--json`, one line of JSON. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { discoverDevices, type NicFunction } from '@nicdiag/mlx5';
import { bundleProgram } from '@nicdiag/tools/bundle';

const ROUNDS = 15;
/** Dumps that are not counted, until the code of both and the emulator's is compiled, and those that are. */
const WARM_UP = 30;
const DUMPS = 50;
const emulator = fileURLToPath(new URL('../emulator/src/main.ts', import.meta.url));
const hosts = { mlx5ctl: 'gpu-a', fwctl: 'gpu-b' } as const;

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bench-'));
const commands: Record<string, string | number>[] = [];
const dumps: Record<string, string | number>[] = [];
try {
  const replay = join(directory, 'replay');
  execFileSync('cc', ['-O2', '-o', replay, fileURLToPath(new URL('./mlx5-replay.c', import.meta.url))]);
  const program = await bundleProgram(
    fileURLToPath(new URL('./mlx5-dump.ts', import.meta.url)),
    join(directory, 'dump'),
  );
  for (const [channel, host] of Object.entries(hosts)) {
    const root = join(directory, channel);
    const server = await startEmulator(host, root);
    try {
      const device = discoverDevices({ hostRoot: root })[0]!;
      commands.push(...(await measureCommands(device)));
      dumps.push(await measureDump(device, replay, program));
    } finally {
      await stopEmulator(server);
    }
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify({ commands, dumps }));
else {
  console.table(commands);
  console.table(dumps);
}

/** Client time a command in a worker thread, warm. */
async function measureCommands(device: NicFunction): Promise<Record<string, string | number>[]> {
  const worker = new Worker(new URL('./mlx5-channel-worker.ts', import.meta.url), {
    workerData: { device, rounds: ROUNDS },
  });
  const rounds = await new Promise<Record<string, number[]>>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return Object.entries(rounds).map(([what, nanoseconds]) => {
    const { median, spread } = summary(nanoseconds);
    const target = what.startsWith('bare') ? '' : `≤ 5 µs ${median <= 5000 ? 'met' : 'MISSED'}`;
    return { channel: device.kind, what, 'median µs': micro(median), 'spread µs': spread, target };
  });
}

/** From before the first command of a Standard dump to after its last, in a lane and from C. Both programs are kept, and
 * make one dump of the same device in turn: the same inboxes, one process at work at a time. */
async function measureDump(
  device: NicFunction,
  replay: string,
  program: string,
): Promise<Record<string, string | number>> {
  const file = join(directory, `inboxes-${device.kind}`);
  await using lane = asked([process.execPath, program, JSON.stringify(device), file]);
  const [, firstWhole] = await lane.turn();
  await using plain = asked([replay, device.node, file]);
  const lanes: number[] = [];
  const plains: number[] = [];
  let commands = 0;
  for (let round = -WARM_UP; round < DUMPS; round += 1) {
    const [ofLane, , count] = await lane.turn();
    const [ofC] = await plain.turn();
    commands = count!;
    if (round < 0) continue;
    lanes.push(ofLane!);
    plains.push(ofC!);
  }
  const [ours, c] = [summary(lanes), summary(plains)];
  const ratio = ours.median / c.median;
  return {
    channel: device.kind,
    commands,
    'lane ms': milli(ours.median),
    'lane spread µs': ours.spread,
    'C ms': milli(c.median),
    'C spread µs': c.spread,
    ratio: Math.round(ratio * 100) / 100,
    target: `≤ 1.15 ${ratio <= 1.15 ? 'met' : 'MISSED'}`,
    'first dump of a process, all in all, ms': milli(firstWhole!),
  };
}

interface Asked extends AsyncDisposable {
  /** Sends a line.
   * @returns the numbers of the line that comes back */
  turn(): Promise<readonly number[]>;
}

function asked([program, ...args]: readonly string[]): Asked {
  const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async turn() {
      child.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${program} ended early`);
      return String(value).split(' ').map(Number);
    },
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await gone;
    },
  };
}

async function startEmulator(host: string, root: string): Promise<ChildProcess> {
  const server = spawn(process.execPath, [emulator, 'serve', '--host', host, '--root', root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout! })) if (line === 'ready') return server;
  throw new Error('the emulator ended before it was ready');
}

async function stopEmulator(server: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await gone;
}

function summary(values: readonly number[]): { readonly median: number; readonly spread: string } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1]!, spread: `${micro(sorted[0]!)}–${micro(sorted.at(-1)!)}` };
}

function milli(nanoseconds: number): number {
  return Math.round(nanoseconds / 10_000) / 100;
}

function micro(nanoseconds: number): number {
  return Math.round(nanoseconds / 10) / 100;
}
