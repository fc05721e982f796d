import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCode, NATIVE } from '../bundle/bundleCode.ts';
import { LAYOUTS } from '../bundle/bundleProgram.ts';
import { packageFile } from '../plugin/packageFile.ts';
import { packagesOf, thirdPartyLicences } from '../plugin/thirdPartyLicences.ts';
import { REPOSITORY } from '../stack/paths.ts';
import type { BuildInfo } from './buildInfo.ts';
import type { ImageDefinition, ImageProgram } from './imageTable.ts';
import type { Platform } from './platform.ts';
import { file, link, type TreeEntry } from './treeEntry.ts';

const HOME = 'usr/lib/nicdiag';
const DOCUMENTS = 'usr/share/doc/nicdiag';
const SHEBANG = '#!/usr/bin/node\n';

export interface ProgramFiles {
  readonly entries: readonly TreeEntry[];
  /** npm packages that are inside: their directories, as the lockfile names them. */
  readonly packages: readonly string[];
}

/** The programs of an image, each in a folder of its own below /usr/lib/nicdiag and linked from the PATH, with the
 * licences of what is in them. */
export async function programFiles(
  { programs }: ImageDefinition,
  platform: Platform,
  build: BuildInfo,
): Promise<ProgramFiles> {
  const entries: TreeEntry[] = [];
  const inputs = new Set<string>();
  let devices = false;
  for (const [name, program] of Object.entries(programs)) {
    const code = await bundle(program, build);
    const home = `${HOME}/${name}`;
    for (const [path, content] of Object.entries(code.files)) entries.push(module(`${home}/${path}`, content));
    entries.push(link(`usr/bin/${name}`, `../lib/nicdiag/${name}/main.mjs`));
    for (const input of code.inputs) inputs.add(input);
    if (!program.devices) continue;
    devices = true;
    entries.push(...filesBelow(LAYOUTS, `${home}/layouts`), ...koffi(platform, `${home}/node_modules`));
  }
  if (devices) inputs.add(`node_modules/${NATIVE}/package.json`);
  const sources = [...inputs].sort();
  return {
    entries: [
      ...entries,
      ...['LICENSE', 'NOTICE'].map((name) => file(`${DOCUMENTS}/${name}`, readFileSync(`${REPOSITORY}${name}`))),
      file(`${DOCUMENTS}/THIRD-PARTY-LICENSES`, thirdPartyLicences(sources)),
    ],
    packages: [...packagesOf(sources), ...(devices ? [`node_modules/${nativePackage(platform)}`] : [])],
  };
}

function bundle({ entry, workers }: ImageProgram, { version, commit, layouts }: BuildInfo) {
  return bundleCode(entry, workers, { version, commit, layouts });
}

/** A program is started by its path: Node is what its first line names. */
function module(path: string, content: Uint8Array): TreeEntry {
  if (!path.endsWith('/main.mjs')) return file(path, content);
  return file(path, Buffer.concat([Buffer.from(SHEBANG), content]), 0o755);
}

function nativePackage({ node }: Platform): string {
  return `@koromix/koffi-linux-${node}`;
}

/** Its loader, and the one native file of the platform: the one for glibc. */
function koffi(platform: Platform, modules: string): TreeEntry[] {
  const native = nativePackage(platform);
  const parts: ReadonlyArray<readonly [string, readonly string[]]> = [
    [NATIVE, ['package.json', 'index.js', 'src/koffi/index.js', 'src/koffi/src/static.js']],
    [native, ['package.json', 'index.js', `linux_${platform.node}/koffi.node`]],
  ];
  return parts.flatMap(([name, paths]) =>
    paths.map((path) => file(`${modules}/${name}/${path}`, packageFile(name, path))),
  );
}

function filesBelow(source: string, place: string): TreeEntry[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(source, path)).isFile())
    .map((path) => file(`${place}/${path}`, readFileSync(join(source, path))));
}
