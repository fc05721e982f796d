import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { lockCache } from './cache.ts';
import { goArch } from './officialRelease.ts';

/** What runs containers on a node, as Debian packages it, and the libraries that a minimal Debian has not. */
const PACKAGES = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'nftables',
  'libnftables1',
  'libnftnl11',
  'libjansson4',
  'libedit2',
  'libbsd0',
  'libseccomp2',
] as const;

const DOWNLOAD_MS = 5 * 60_000;

/** Where a node finds what runs its containers. */
export interface ContainerRuntime {
  /** Directories with containerd, its shim, ctr, runc and nft. */
  readonly path: readonly string[];
  /** Directory of the CNI plugins. */
  readonly cni: string;
  /** Directory of shared libraries that the programs need beside the machine's. */
  readonly libraries: string;
}

export class ContainerRuntimeError extends Error {
  override readonly name = 'ContainerRuntimeError';
  readonly code = 'ContainerRuntime';
}

/** Provides containerd, runc, the CNI plugins and nft: Debian's packages of this machine's release, unpacked into the
 * cache. Nothing is installed on the machine. apt checks what it downloads against the archive's signature.
 * @param cache {@link cacheRoot}
 * @throws ContainerRuntimeError where there is no apt, or no way to its archive */
export async function provideContainerRuntime(
  cache: string,
  say: (line: string) => void,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ContainerRuntime> {
  const directory = join(cache, `container-runtime-${goArch()}`);
  if (!existsSync(directory)) {
    using _lock = await lockCache(`${directory}.d`, () => say('waiting for another process that unpacks containerd'));
    if (!existsSync(directory)) await unpackPackages(directory, say, options);
  }
  return {
    path: [join(directory, 'usr/bin'), join(directory, 'usr/sbin')],
    cni: join(directory, 'usr/lib/cni'),
    libraries: join(directory, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`),
  };
}

/** It is there whole or not at all. */
async function unpackPackages(
  directory: string,
  say: (line: string) => void,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<void> {
  say(`unpacking Debian packages into ${directory}: ${PACKAGES.join(', ')}`);
  mkdirSync(dirname(directory), { recursive: true });
  const scratch = mkdtempSync(`${directory}.new-`);
  const root = join(scratch, 'root');
  const run = async (program: string, args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(program, args, { cwd: scratch, timeout: DOWNLOAD_MS, signal })).stdout;
  try {
    await download(run);
    const archives = readdirSync(scratch).filter((file) => file.endsWith('.deb'));
    for (const archive of archives) {
      await run('dpkg-deb', ['--extract', archive, root]);
      say(`  ${(await run('dpkg-deb', ['--show', archive])).trim().replace('\t', ' ')}`);
    }
    renameSync(root, directory);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ContainerRuntimeError(
      `nodes that run containers need the Debian packages ${PACKAGES.join(', ')}, and "apt-get download" does not get ` +
        'them here: is this a Debian or Ubuntu with its archive in reach?',
      { cause },
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function download(run: (program: string, args: readonly string[]) => Promise<string>): Promise<void> {
  try {
    await run('apt-get', ['download', ...PACKAGES]);
  } catch {
    // Images come without lists of packages, and old lists name versions that the archive has no more.
    await run('apt-get', ['update']);
    await run('apt-get', ['download', ...PACKAGES]);
  }
}
