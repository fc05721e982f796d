import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { type ArchiveEntry, cpioArchive } from './cpioArchive.ts';
import type { KernelModule } from './kernelModules.ts';

/** Serial lines of the machine: the kernel's messages are on ttyS0. */
const OUTPUT = '/dev/ttyS1';
const STATUS = '/dev/ttyS2';

/** Tag under which the host's root is shared. */
export const SHARE = 'host';

export interface GuestCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  /** Beside PATH, HOME and nothing else. */
  readonly env: Readonly<Record<string, string>>;
}

/** The first file system of a virtual machine, which turns into the host's root: that is shared read-only, what is written
 * lies in memory over it. The command then runs there; its output and its exit code go to lines of their own.
 * @returns a compressed archive for the kernel */
export function guestFileSystem(busybox: string, modules: readonly KernelModule[], command: GuestCommand): Uint8Array {
  const program = (path: string, content: string | Uint8Array): ArchiveEntry => ({
    kind: 'file',
    path,
    mode: 0o755,
    content: typeof content === 'string' ? Buffer.from(content) : content,
  });
  const entries: ArchiveEntry[] = [
    ...['dev', 'proc', 'sys', 'share', 'memory', 'root', 'modules'].map(
      (path) => ({ kind: 'directory', path }) as const,
    ),
    { kind: 'character', path: 'dev/console', major: 5, minor: 1 },
    program('busybox', readFileSync(busybox)),
    program('init', INIT),
    program('main', mainScript(command)),
    // In the order of their names.
    ...modules.map(({ name, content }, index) =>
      program(`modules/${String(index).padStart(2, '0')}-${name}.ko`, content),
    ),
  ];
  return gzipSync(cpioArchive(entries), { level: 1 });
}

/** In the new root, where only what is mounted there is seen. */
const OWN = '/dev/nicdiag-vm';

const INIT = `#!/busybox sh
b=/busybox
fail() { echo "$1"; $b poweroff -f; }
$b mount -t proc proc /proc && $b mount -t sysfs sysfs /sys && $b mount -t devtmpfs devtmpfs /dev || fail 'no /dev'
for module in /modules/*; do $b insmod $module || fail "$module cannot be loaded"; done
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=1048576,cache=loose ${SHARE} /share || fail 'no share'
$b mount -t tmpfs tmpfs /memory && $b mkdir /memory/new /memory/work
$b mount -t overlay -o lowerdir=/share,upperdir=/memory/new,workdir=/memory/work overlay /root || fail 'no root'
for tree in dev proc sys; do $b mount -o move /$tree /root/$tree; done
$b mkdir /root/dev/pts /root/dev/shm /root${OWN}
$b mount -t devpts devpts /root/dev/pts; $b mount -t tmpfs tmpfs /root/dev/shm; $b mount -t tmpfs tmpfs /root${OWN}
$b cp /busybox /main /root${OWN}
$b ip link set lo up
exec $b switch_root /root ${OWN}/busybox sh ${OWN}/main
`;

/** The first process of the new root: ends the machine when the command has ended. */
function mainScript({ command, cwd, env }: GuestCommand): string {
  const variables = Object.entries({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    ...env,
  });
  return `b=${OWN}/busybox
for line in ${OUTPUT} ${STATUS}; do $b stty -F $line raw -echo; done
cd ${quoted(cwd)} && $b env -i ${variables.map(([name, value]) => quoted(`${name}=${value}`)).join(' ')} \\
  ${command.map(quoted).join(' ')} < /dev/null > ${OUTPUT} 2>&1
echo $? > ${STATUS}
# What was written is on its way when the line is closed.
$b poweroff -f
`;
}

/** For a shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
