import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNursery } from '../nursery/nursery.ts';
import { MARK } from '../nursery/procfs.ts';
import { type GuestCommand, guestFileSystem, SHARE } from './guest.ts';
import { provideVmParts, type VmParts } from './vmParts.ts';

export interface VmOptions extends GuestCommand {
  /** What the machine may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Takes what the command writes, as it comes: stdout and stderr in one. */
  readonly output: (bytes: Uint8Array) => void;
  /** Takes what there is to say about the machine itself. */
  readonly say: (line: string) => void;
  /** `tcg`: everything is emulated, which works wherever programs run. `kvm` needs /dev/kvm, and can hang where it is that of
   * a virtual machine.
   * @default tcg */
  readonly accelerator?: 'tcg' | 'kvm';
}

/** The machine ended, or had to be ended, without saying how the command did. */
export class VmFailedError extends Error {
  override readonly name = 'VmFailedError';
  readonly code = 'VmFailed';
}

/** Emulation, unless NICDIAG_VM_ACCELERATOR is `kvm`. */
export function wantedAccelerator(environment: NodeJS.ProcessEnv = process.env): 'tcg' | 'kvm' {
  return environment['NICDIAG_VM_ACCELERATOR'] === 'kvm' ? 'kvm' : 'tcg';
}

const MEMORY_MIB = 1536;
const PROCESSORS = 2;

/** Runs a command in a virtual machine that has the root of this one, read-only with memory over it, and the kernel's fuse
 * and cuse modules. Nothing of it is left, whatever ends this process.
 * @returns the command's exit code
 * @throws VmUnavailableError | VmFailedError */
export async function runInVm(options: VmOptions): Promise<number> {
  const { timeoutMs, output, say } = options;
  const parts = await provideVmParts(say);
  await using nursery = createNursery('vm');
  const [initramfs, console, status] = ['initramfs', 'console', 'status'].map((name) => join(nursery.directory, name));
  if (initramfs === undefined || console === undefined || status === undefined)
    throw new Error('three names, three paths');
  writeFileSync(initramfs, guestFileSystem(parts.busybox, parts.modules, options));
  const machine = spawn(parts.qemu, machineArguments(parts, { initramfs, console, status }, options.accelerator), {
    env: { ...process.env, ...parts.env, [MARK]: nursery.id },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints: string[] = [];
  machine.stdout.on('data', output);
  machine.stderr.on('data', (text) => complaints.push(String(text)));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    machine.kill('SIGKILL');
  }, timeoutMs);
  try {
    await new Promise<void>((resolve, reject) => {
      machine.once('error', reject);
      machine.once('close', () => resolve());
    });
  } finally {
    clearTimeout(timer);
  }
  const code = /^(\d+)\n/.exec(contentOf(status))?.[1];
  if (code !== undefined) return Number(code);
  const reason = timedOut ? `took more than ${timeoutMs / 1000} s and was ended` : 'ended before its command did';
  const tail = contentOf(console).trimEnd().split('\n').slice(-20).join('\n');
  throw new VmFailedError(`the virtual machine ${reason}\n${complaints.join('')}${tail}`);
}

interface Lines {
  readonly initramfs: string;
  readonly console: string;
  readonly status: string;
}

function machineArguments(
  { kernel, firmware }: VmParts,
  { initramfs, console, status }: Lines,
  accelerator: VmOptions['accelerator'] = 'tcg',
): string[] {
  const processor = accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg', '-cpu', 'max'];
  return [
    ...firmware.flatMap((directory) => ['-L', directory]),
    ...['-machine', 'q35', ...processor, '-smp', String(PROCESSORS), '-m', String(MEMORY_MIB)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', initramfs],
    // A kernel that panics shall end, not wait; who is tested here needs no protection from itself.
    ...['-append', 'console=ttyS0 loglevel=4 panic=-1 mitigations=off random.trust_cpu=on'],
    ...['-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', `virtio-9p-pci,fsdev=root,mount_tag=${SHARE}`],
    ...['-serial', `file:${console}`, '-chardev', 'stdio,id=output,signal=off', '-serial', 'chardev:output'],
    ...['-serial', `file:${status}`],
  ];
}

/** Empty when the machine never wrote it. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
