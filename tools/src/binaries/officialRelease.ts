import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { ProgramName } from './binarySource.ts';
import { tarEntry } from './tarEntry.ts';
import type { Versions } from './versions.ts';

/** A machine without that network must not wait for it. */
const PROBE_MS = 2_000;
const DOWNLOAD_MS = 15 * 60_000;

/** Where releases are; tests put their own server here. */
export interface ReleaseSites {
  readonly kubernetes: string;
  readonly etcd: string;
}

export const OFFICIAL_SITES: ReleaseSites = {
  kubernetes: 'https://dl.k8s.io/release',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
};

export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly code = 'Download';
}

const KUBERNETES_PROGRAMS: readonly ProgramName[] = [
  'kube-apiserver',
  'kube-controller-manager',
  'kubectl',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
];

/** Asks the release sites whether they can be reached, and says for which programs one can. Never throws. */
export async function probeReleases(versions: Versions, sites = OFFICIAL_SITES): Promise<ReadonlySet<ProgramName>> {
  const answers = async (url: string): Promise<boolean> => {
    try {
      return (await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) })).ok;
    } catch {
      // No network, no name, a proxy in the way: all mean the same here, and building is the answer to all.
      return false;
    }
  };
  const [kubernetes, etcd] = await Promise.all([
    answers(`${kubernetesUrl(versions, 'kube-apiserver', sites)}.sha256`),
    answers(`${etcdUrl(versions, sites)}/SHA256SUMS`),
  ]);
  return new Set<ProgramName>([...(kubernetes ? KUBERNETES_PROGRAMS : []), ...(etcd ? (['etcd'] as const) : [])]);
}

/** Downloads one program and verifies its published SHA-256.
 * @throws DownloadError */
export async function downloadProgram(
  program: ProgramName,
  versions: Versions,
  sites = OFFICIAL_SITES,
): Promise<Uint8Array> {
  if (program === 'etcd') {
    const folder = `etcd-v${versions.etcd}-linux-${goArch()}`;
    const archive = await verified(`${etcdUrl(versions, sites)}/${folder}.tar.gz`, async () =>
      parseSums(await text(`${etcdUrl(versions, sites)}/SHA256SUMS`)).get(`${folder}.tar.gz`),
    );
    const binary = tarEntry(gunzipSync(archive), `${folder}/etcd`);
    if (binary === undefined) throw new DownloadError(`${folder}.tar.gz holds no etcd; unset the network to build it`);
    return binary;
  }
  const url = kubernetesUrl(versions, program, sites);
  return await verified(url, async () => (await text(`${url}.sha256`)).trim().split(/\s/)[0]);
}

/** Lines of `sha256sum`: digest, blanks, file name. */
export function parseSums(sums: string): ReadonlyMap<string, string> {
  return new Map(
    [...sums.matchAll(/^([0-9a-f]{64})\s+\*?(\S+)$/gm)].map(([, digest = '', file = '']) => [file, digest]),
  );
}

function kubernetesUrl(versions: Versions, program: ProgramName, sites: ReleaseSites): string {
  return `${sites.kubernetes}/v${versions.kubernetes}/bin/linux/${goArch()}/${program}`;
}

function etcdUrl(versions: Versions, sites: ReleaseSites): string {
  return `${sites.etcd}/v${versions.etcd}`;
}

/** Go's name of this architecture, as release files have it. */
export function goArch(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

async function verified(url: string, expected: () => Promise<string | undefined>): Promise<Uint8Array> {
  const [bytes, digest] = await Promise.all([get(url).then((response) => response.bytes()), expected()]);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== digest)
    throw new DownloadError(
      `${url} has SHA-256 ${actual}, published is ${digest ?? 'none'}; try again, or set KUBEBUILDER_ASSETS`,
    );
  return bytes;
}

async function text(url: string): Promise<string> {
  return await (await get(url)).text();
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_MS) }).catch((cause: unknown) => {
    throw new DownloadError(`${url} could not be fetched; check the network, or set KUBEBUILDER_ASSETS`, { cause });
  });
  if (!response.ok) throw new DownloadError(`${url} answered ${response.status}; set KUBEBUILDER_ASSETS or try again`);
  return response;
}
