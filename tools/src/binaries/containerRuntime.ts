import { join } from 'node:path';
import { provideDebianPackages } from './debianPackages.ts';
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

/** Where a node finds what runs its containers. */
export interface ContainerRuntime {
  /** Directories with containerd, its shim, ctr, runc and nft. */
  readonly path: readonly string[];
  /** Directory of the CNI plugins. */
  readonly cni: string;
  /** Directory of shared libraries that the programs need beside the machine's. */
  readonly libraries: string;
}

/** Provides containerd, runc, the CNI plugins and nft: Debian's packages of this machine's release, unpacked into the
 * cache. Nothing is installed on the machine. apt checks what it downloads against the archive's signature.
 * @param cache {@link cacheRoot}
 * @throws DebianPackagesError where there is no apt, or no way to its archive */
export async function provideContainerRuntime(
  cache: string,
  say: (line: string) => void,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ContainerRuntime> {
  const directory = join(cache, `container-runtime-${goArch()}`);
  await provideDebianPackages(directory, PACKAGES, say, options);
  return {
    path: [join(directory, 'usr/bin'), join(directory, 'usr/sbin')],
    cni: join(directory, 'usr/lib/cni'),
    libraries: join(directory, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`),
  };
}
