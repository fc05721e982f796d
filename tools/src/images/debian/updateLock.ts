import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type AptDirectory, AptError, openAptDirectory } from './aptDirectory.ts';
import {
  type DebianArchitecture,
  type DebianLock,
  LOCK_PATH,
  type LockedDebianPackage,
  readDebianBase,
  readDebianLock,
} from './debianLock.ts';

/* `node updateLock.ts`: pins the newest versions of the base's packages, with the checksums that Debian's signed lists
 * have for them. */
const ARCHITECTURES: readonly DebianArchitecture[] = ['amd64', 'arm64'];

const { suites, packages } = readDebianBase();
using lists = await openAptDirectory(suites, ARCHITECTURES);
const newest = (architecture: DebianArchitecture) =>
  Promise.all(Object.keys(packages).map((name) => newestVersion(lists, name, architecture)));
const found = { amd64: await newest('amd64'), arm64: await newest('arm64') };
if (!existsSync(LOCK_PATH) || !isDeepStrictEqual(found, readDebianLock().packages)) {
  const lock: DebianLock = { date: dateOfLists(lists), packages: found };
  writeFileSync(LOCK_PATH, `${JSON.stringify(lock, null, 2)}\n`);
}

async function newestVersion(
  { apt }: AptDirectory,
  name: string,
  architecture: DebianArchitecture,
): Promise<LockedDebianPackage> {
  const record = await apt('apt-cache', 'show', '--no-all-versions', `${name}:${architecture}`);
  const field = (key: string): string => {
    const value = new RegExp(`^${key}: (.*)$`, 'm').exec(record)?.[1];
    if (value === undefined) throw new AptError(`the archive does not say ${key} of ${name}`);
    return value;
  };
  return { name, version: field('Version'), sha256: field('SHA256') };
}

/** Of the newest of the signed lists. */
function dateOfLists({ directory }: AptDirectory): string {
  const lists = join(directory, 'lists');
  const dates = readdirSync(lists)
    .filter((name) => name.endsWith('InRelease'))
    .map((name) => Date.parse(/^Date: (.*)$/m.exec(readFileSync(join(lists, name), 'utf8'))?.[1] ?? ''));
  return new Date(Math.max(...dates)).toISOString();
}
