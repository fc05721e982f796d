import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCode, NATIVE } from '../bundle/bundleCode.ts';
import { LAYOUTS } from '../bundle/bundleProgram.ts';
import { REPOSITORY } from '../stack/paths.ts';
import type { BuildInfo } from './buildInfo.ts';
import type { ImageDefinition, ImageProgram } from './imageTable.ts';
import { npmPackage } from './npmPackage.ts';
import type { Platform } from './platform.ts';
import { file, link, type TreeEntry } from './treeEntry.ts';

const HOME = 'usr/lib/nicdiag';
const SHEBANG = '#!/usr/bin/node\n';

export interface ProgramFiles {
  readonly entries: readonly TreeEntry[];
  /** npm packages that are in the programs: their folders, as the lockfile names them, sorted. */
  readonly packages: readonly string[];
}

/** The programs of an image, each in a folder of its own below /usr/lib/nicdiag, and linked from the PATH. */
export async function programFiles(
  { programs }: ImageDefinition,
  platform: Platform,
  build: BuildInfo,
): Promise<ProgramFiles> {
  const entries: TreeEntry[] = [];
  const packages = new Set<string>();
  for (const [name, program] of Object.entries(programs)) {
    const made = await oneProgram(name, program, platform, build);
    entries.push(...made.entries, link(`usr/bin/${name}`, `../lib/nicdiag/${name}/main.mjs`));
    for (const used of made.packages) packages.add(used);
  }
  for (const name of ['LICENSE', 'NOTICE'])
    entries.push(file(`usr/share/doc/nicdiag/${name}`, readFileSync(`${REPOSITORY}${name}`)));
  for (const folder of packages) entries.push(...licences(folder));
  return { entries, packages: [...packages].sort() };
}

async function oneProgram(
  name: string,
  { entry, workers, devices }: ImageProgram,
  platform: Platform,
  { version, commit, layouts }: BuildInfo,
): Promise<ProgramFiles> {
  const home = `${HOME}/${name}`;
  const code = await bundleCode(entry, workers, { version, commit, layouts });
  const entries = Object.entries(code.files).map(([path, content]) =>
    path === 'main.mjs'
      ? file(`${home}/${path}`, Buffer.concat([Buffer.from(SHEBANG), content]), 0o755)
      : file(`${home}/${path}`, content),
  );
  if (!devices) return { entries, packages: code.packages };
  const native = nativePackage(platform);
  return {
    entries: [
      ...entries,
      ...filesBelow(LAYOUTS, `${home}/layouts`),
      ...(await koffi(platform, `${home}/node_modules`)),
    ],
    packages: [...code.packages, `node_modules/${NATIVE}`, `node_modules/${native}`],
  };
}

function nativePackage({ node }: Platform): string {
  return `@koromix/koffi-linux-${node}`;
}

/** Its loader, and the one native file of the platform: the one for glibc. */
async function koffi(platform: Platform, modules: string): Promise<TreeEntry[]> {
  const isLoader = /^(package\.json|index\.c?js|src\/koffi\/(src\/static|index)\.c?js)$/;
  const isNative = new RegExp(`^(package\\.json|index\\.js|linux_${platform.node}/koffi\\.node)$`);
  const native = nativePackage(platform);
  return [
    ...(await npmPackage(NATIVE)).filter(({ path }) => isLoader.test(path)).map(below(`${modules}/${NATIVE}`)),
    ...(await npmPackage(native)).filter(({ path }) => isNative.test(path)).map(below(`${modules}/${native}`)),
  ];
}

function below(folder: string): (entry: TreeEntry) => TreeEntry {
  return (entry) => ({ ...entry, path: `${folder}/${entry.path}` });
}

function filesBelow(source: string, place: string): TreeEntry[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(source, path)).isFile())
    .map((path) => file(`${place}/${path}`, readFileSync(join(source, path))));
}

/** What the licences of bundled packages ask to be handed on. The native package of koffi has koffi's. */
function licences(folder: string): TreeEntry[] {
  const name = folder.replaceAll('node_modules/', '');
  if (name.startsWith('@koromix/')) return [];
  const root = `${REPOSITORY}${folder}`;
  return readdirSync(root)
    .filter((path) => /^(licen[cs]e|copying|notice)/i.test(path))
    .map((path) => file(`usr/share/doc/nicdiag/third-party/${name}/${path}`, readFileSync(join(root, path))));
}
