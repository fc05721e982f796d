/** Round trips through the emulator: client and server on one CPU, and wherever the scheduler puts them.
 * Run as root, or where user namespaces are allowed: `node bench/emulator.ts`. Prints a table and, with `--json`, one
 * line of JSON. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const COUNT = 20_000;
const ROUNDS = 5;
const emulator = new URL('../emulator/src/main.ts', import.meta.url).pathname;

interface Times {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly perSecond: number;
}

const channels = [
  { name: 'mlx5ctl', host: 'gpu-a', node: 'dev/mlx5ctl-mlx5_core.ctl.0' },
  { name: 'fwctl', host: 'gpu-b', node: 'dev/fwctl/fwctl0' },
] as const;
const commands = ['issi', 'reg16', 'reg256'] as const;
const placements = ['pinned', 'unpinned'] as const;

/** Design §11, pinned: nanoseconds a round trip. */
const targets: Readonly<Record<string, number>> = { issi: 25_000, reg256: 40_000 };

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-bench-'));
const client = join(directory, 'roundtrip');
const rows: Record<string, string | number>[] = [];
try {
  execFileSync('cc', ['-O2', '-o', client, new URL('./emulator-roundtrip.c', import.meta.url).pathname]);
  for (const channel of channels) {
    for (const placement of placements) rows.push(...(await measure(channel, placement)));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else console.table(rows);

async function measure(
  { name, host, node }: (typeof channels)[number],
  placement: (typeof placements)[number],
): Promise<Record<string, string | number>[]> {
  const pin = placement === 'pinned' ? ['taskset', '-c', '0'] : [];
  const root = join(directory, 'host');
  const namespace = process.geteuid?.() === 0 ? ['-m'] : ['-Urm'];
  const server = spawn(
    'unshare',
    [...namespace, ...pin, process.execPath, emulator, 'serve', '--host', host, '--root', root],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    await ready(server);
    return commands.map((command) => {
      const rounds = Array.from({ length: ROUNDS }, () =>
        runClient(server, [...pin, client, join(root, node), command, String(COUNT)]),
      ).sort((a, b) => a.median - b.median);
      const middle = rounds[Math.floor(ROUNDS / 2)]!;
      const target = placement === 'pinned' ? targets[command] : undefined;
      return {
        channel: name,
        placement,
        command,
        'median µs': micro(middle.median),
        'p10 µs': micro(middle.p10),
        'p90 µs': micro(middle.p90),
        'spread of medians µs': `${micro(rounds[0]!.median)}–${micro(rounds.at(-1)!.median)}`,
        'per second': Math.round(middle.perSecond),
        target: target === undefined ? '' : `≤ ${target / 1000} µs ${middle.median <= target ? 'met' : 'MISSED'}`,
      };
    });
  } finally {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await gone;
  }
}

/** The client sees the server's mount because it enters its namespaces. */
function runClient(server: ChildProcess, command: readonly string[]): Times {
  const user = process.geteuid?.() === 0 ? [] : ['-U', '--preserve-credentials'];
  return JSON.parse(
    execFileSync('nsenter', ['-t', String(server.pid), ...user, '-m', ...command], { encoding: 'utf8' }),
  );
}

async function ready(server: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: server.stdout! })) if (line === 'ready') return;
  throw new Error('the emulator ended before it was ready');
}

function micro(nanoseconds: number): number {
  return Math.round(nanoseconds / 100) / 10;
}
