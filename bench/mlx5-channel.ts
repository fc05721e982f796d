/** What the device library costs beyond the ioctl: per command in a lane's thread, and for a whole Standard dump against
 * a C program that issues the same inboxes. Run as root, or inside `tools/src/inside.ts`: `node bench/mlx5-channel.ts`.
 * Prints tables and, with `--json`, one line of JSON. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { discoverDevices, type Frame, type NicFunction, runLane } from '@nicdiag/mlx5';

const ROUNDS = 15;
const emulator = fileURLToPath(new URL('../emulator/src/main.ts', import.meta.url));
const hosts = { mlx5ctl: 'gpu-a', fwctl: 'gpu-b' } as const;

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bench-'));
const commands: Record<string, string | number>[] = [];
const dumps: Record<string, string | number>[] = [];
try {
  const replay = join(directory, 'replay');
  execFileSync('cc', ['-O2', '-o', replay, fileURLToPath(new URL('./mlx5-replay.c', import.meta.url))]);
  for (const [channel, host] of Object.entries(hosts)) {
    const root = join(directory, channel);
    const server = await startEmulator(host, root);
    try {
      const device = discoverDevices({ hostRoot: root })[0]!;
      commands.push(...(await measureCommands(device)));
      dumps.push(await measureDump(device, replay));
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

/** From the start of the first command of a Standard dump to the end of its last, and the same inboxes from C. */
async function measureDump(device: NicFunction, replay: string): Promise<Record<string, string | number>> {
  const frames = await dump(device);
  const file = join(directory, 'inboxes');
  writeFileSync(file, Buffer.concat(frames.flatMap(({ inbox, outbox }) => [lengths(inbox, outbox), inbox])));
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(span(await dump(device)));
    const printed = execFileSync(replay, [device.node, file, '3'], { encoding: 'utf8' });
    plain.push(summary(printed.trim().split('\n').map(Number)).median);
  }
  const [lane, c] = [summary(ours), summary(plain)];
  const ratio = lane.median / c.median;
  return {
    channel: device.kind,
    commands: frames.length,
    'lane ms': milli(lane.median),
    'lane spread µs': lane.spread,
    'C ms': milli(c.median),
    ratio: Math.round(ratio * 100) / 100,
    target: `≤ 1.15 ${ratio <= 1.15 ? 'met' : 'MISSED'}`,
  };
}

async function dump(device: NicFunction): Promise<readonly Frame[]> {
  const spec = { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } } as const;
  const job = { device, impact: 'ReadOnly', collectors: [{ spec, done: [] }], maxBytes: 1 << 26 } as const;
  const frames: Frame[] = [];
  for await (const event of runLane(job, { signal: new AbortController().signal })) {
    if (event.type === 'items') frames.push(...event.items.flatMap((item) => item.frames));
    if (event.type === 'ended' && event.outcome !== 'done') throw new Error(`the lane ended as ${event.outcome}`);
  }
  return frames;
}

function span(frames: readonly Frame[]): number {
  const last = frames.at(-1)!;
  return Number(last.startedNs + last.elapsedNs - frames[0]!.startedNs);
}

function lengths(inbox: Uint8Array, outbox: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(inbox.length, 0);
  header.writeUInt32LE(outbox.length, 4);
  return header;
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
