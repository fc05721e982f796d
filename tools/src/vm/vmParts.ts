import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheRoot, lockCache } from '../binaries/cache.ts';
import { openDebianPackages } from './debianPackages.ts';
import { type KernelModule, readModules } from './kernelModules.ts';
import { VmUnavailableError } from './vmUnavailable.ts';

/** What a virtual machine is made of. */
export interface VmParts {
  readonly qemu: string;
  /** Environment in which QEMU finds its libraries. */
  readonly env: Readonly<Record<string, string>>;
  /** Directories with QEMU's firmware. */
  readonly firmware: readonly string[];
  readonly kernel: string;
  readonly busybox: string;
  /** In the order in which they are loaded. */
  readonly modules: readonly KernelModule[];
}

/** For the shared root, and for what is tested in it. */
const MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'fuse', 'cuse'];
/** Changes with what is in the cache. */
const RECIPE = 1;

/** Provides the parts, from the cache or from Debian's packages: 120 MB to fetch, 110 MB to keep, once.
 * @throws VmUnavailableError */
export async function provideVmParts(say: (line: string) => void): Promise<VmParts> {
  if (process.arch !== 'x64') throw new VmUnavailableError(`it is an x86-64 one, this machine is ${process.arch}`);
  const directory = join(cacheRoot(), `vm-x64-${RECIPE}`);
  if (!existsSync(directory)) {
    using _lock = await lockCache(`${directory}.lock`, () =>
      say(`waiting for another process that fills ${directory}`),
    );
    if (!existsSync(directory)) await fill(directory, say);
  }
  const tools = join(directory, 'tools');
  const inTools = (path: string, otherwise: string): string =>
    existsSync(join(tools, path)) ? join(tools, path) : otherwise;
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((path) => join(tools, path));
  return {
    // A package that the machine has is not unpacked once more.
    qemu: inTools('usr/bin/qemu-system-x86_64', 'qemu-system-x86_64'),
    env: { LD_LIBRARY_PATH: libraries.join(':') },
    firmware: ['usr/share/qemu', 'usr/share/seabios'].map((path) => inTools(path, `/${path}`)),
    busybox: inTools('bin/busybox', '/bin/busybox'),
    kernel: join(directory, 'vmlinuz'),
    modules: readdirSync(join(directory, 'modules'))
      .sort()
      .map((file) => ({
        name: file.replace(/^\d+-|\.ko$/g, ''),
        content: readFileSync(join(directory, 'modules', file)),
      })),
  };
}

async function fill(directory: string, say: (line: string) => void): Promise<void> {
  const began = Date.now();
  say(
    `fetching QEMU and a kernel from Debian for a virtual machine, about 120 MB, once; they are kept in ${directory}`,
  );
  const scratch = mkdtempSync(`${directory}.new-`);
  try {
    const packages = await openDebianPackages(scratch);
    const whole = join(scratch, 'whole');
    const unpacked = join(scratch, 'kernel');
    await packages.unpack(await packages.missing(['qemu-system-x86', 'busybox-static']), join(whole, 'tools'));
    const kernel = (await packages.dependencies('linux-image-amd64')).filter((name) => /^linux-image-\d/.test(name));
    await packages.unpack(kernel, unpacked);
    keepKernel(unpacked, whole);
    renameSync(whole, directory);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  say(`fetched in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** Keeps of an unpacked kernel what is needed: a fiftieth. */
function keepKernel(unpacked: string, target: string): void {
  const image = only(join(unpacked, 'boot'), /^vmlinuz-/);
  cpSync(image, join(target, 'vmlinuz'));
  mkdirSync(join(target, 'modules'));
  const modules = readModules(only(join(unpacked, 'lib/modules'), /./), MODULES);
  for (const [index, { name, content }] of modules.entries()) {
    writeFileSync(join(target, 'modules', `${String(index).padStart(2, '0')}-${name}.ko`), content);
  }
}

function only(directory: string, pattern: RegExp): string {
  const found = readdirSync(directory).find((name) => pattern.test(name));
  if (found === undefined)
    throw new VmUnavailableError(`Debian's kernel package has nothing like ${pattern} in ${directory}`);
  return join(directory, found);
}
