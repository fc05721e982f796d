import { dump } from 'js-yaml';

/** An archive with the executable for one platform. */
export interface KrewArchive {
  readonly os: 'linux';
  readonly arch: 'amd64' | 'arm64';
  readonly file: string;
  /** Hex digits. */
  readonly sha256: string;
}

/** The manifest with which Krew installs the plugin.
 * @param version SemVer without a v
 * @param releaseUrl where the archives are, without a slash at its end
 * @source https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest */
export function krewManifest(version: string, releaseUrl: string, archives: readonly KrewArchive[]): string {
  return dump(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'nicdiag' },
      spec: {
        version: `v${version}`,
        homepage: releaseUrl,
        shortDescription: 'Firmware diagnostics of ConnectX NICs',
        description: DESCRIPTION,
        caveats: CAVEATS,
        platforms: archives.map(({ os, arch, file, sha256 }) => ({
          selector: { matchLabels: { os, arch } },
          uri: `${releaseUrl}/${file}`,
          sha256,
          bin: 'kubectl-nicdiag',
          files: ['kubectl-nicdiag', 'kubectl_complete-nicdiag', 'LICENSE', 'NOTICE', 'THIRD-PARTY-LICENSES'].map(
            (from) => ({ from, to: '.' }),
          ),
        })),
      },
    },
    { lineWidth: 100, noRefs: true },
  );
}

const DESCRIPTION = `Asks the NVIDIA/Mellanox mlx5 NICs of a cluster's nodes what their firmware knows: creates
DiagnosticCaptures, follows them, downloads their bundles with every byte verified, decodes and
compares them. On a host, without a cluster, it reads the host's own devices.
`;

const CAVEATS = `The cluster needs nicdiag's operator and agents; bundles can be read without them.
For completion in the shell put kubectl_complete-nicdiag of the archive on your PATH.
`;
