import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileClient, parseRows, type Row } from '../../emulator/test/client.ts';
import { type EmulatedHost, emulatedHost } from '../../mlx5/test/emulatedHost.ts';

/** A card for each interface, so that one emulator is enough: to start one takes long where everything is emulated. */
export const CHANNELS = {
  V1: { pciAddress: '0000:03:00.0', node: 'mlx5ctl-mlx5_core.ctl.0', kind: 'mlx5ctl', number: 0, abi: 'V1' },
  V2: { pciAddress: '0000:04:00.0', node: 'mlx5ctl-mlx5_core.ctl.1', kind: 'mlx5ctl', number: 1, abi: 'V2' },
  V3: { pciAddress: '0000:05:00.0', node: 'mlx5ctl-mlx5_core.ctl.2', kind: 'mlx5ctl', number: 2, abi: 'V3' },
  V4: { pciAddress: '0000:06:00.0', node: 'mlx5ctl-mlx5_core.ctl.3', kind: 'mlx5ctl', number: 3, abi: 'V4' },
  fwctl: { pciAddress: '0000:07:00.0', node: 'fwctl/fwctl0', kind: 'fwctl', number: 0 },
} as const;

/** More than client/umem.c has room for. */
export const CORE_DUMP_BYTES = 128 * 1024;

const directory = mkdtempSync(join(tmpdir(), 'nicdiag-vm-test-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

interface Profile {
  readonly cards: readonly { readonly functions: readonly object[] }[];
}

/** The first card of `gpu-a`, once for each interface. */
export const profile = join(directory, 'host.json');
const source = new URL('../../emulator/profiles/gpu-a.json', import.meta.url);
const { cards } = JSON.parse(readFileSync(source, 'utf8')) as Profile;
writeFileSync(
  profile,
  JSON.stringify({
    name: 'characters',
    description: 'every interface as a character device',
    cards: Object.values(CHANNELS).map(({ pciAddress, node: _, ...channel }, index) => ({
      ...cards[0],
      serialNumber: `MT2415T00C0${index}`,
      baseMac: `b8:3f:d2:0a:0${index}:10`,
      coreDumpBytes: CORE_DUMP_BYTES,
      functions: [
        {
          type: 'PF',
          pciAddress,
          bridge: `0000:00:0${index + 1}.0`,
          numaNode: 0,
          channel,
          netdevs: [{ name: `enp${index + 3}s0np0`, port: 1 }],
          rdmaDevice: `mlx5_${index}`,
        },
      ],
    })),
  }),
);

/** All tests have it in common. */
export const host: EmulatedHost = await emulatedHost(profile, 'cuse');

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, ...args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(program, args, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a C program on a node.
 * @returns what it found */
export async function rowsOf(client: string, node: string, ...args: readonly string[]): Promise<readonly Row[]> {
  const { code, stdout, stderr } = await run(compileClient(client), `${host.root}/dev/${node}`, ...args);
  if (code !== 0) throw new Error(`${client} ended with ${code}: ${stderr}`);
  return parseRows(stdout);
}

/** A C program that has its node open and waits for a word to go on. */
export interface WaitingClient {
  goOn(): void;
  /** What it says, line by line. */
  readonly lines: AsyncIterator<string>;
}

/** @returns when its device is open */
export async function waitingClient(client: string, node: string, ...args: readonly string[]): Promise<WaitingClient> {
  const child = spawn(compileClient(client), [`${host.root}/dev/${node}`, ...args, 'pause'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (let line = await lines.next(); line.value !== 'open'; line = await lines.next()) {
    if (line.done === true) throw new Error(`${client} ended before its device was open`);
  }
  return { goOn: () => void child.stdin.end('\n'), lines };
}
