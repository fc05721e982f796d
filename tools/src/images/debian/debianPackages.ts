import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheRoot } from '../../binaries/cache.ts';
import { file, readTar, type TreeEntry } from '../treeEntry.ts';
import { AptError, openAptDirectory } from './aptDirectory.ts';
import { type DebianArchitecture, type LockedDebianPackage, readDebianBase, readDebianLock } from './debianLock.ts';

/** Nothing here uses iconv (Node has ICU), a debugger, or shells that log in. */
const LEFT_OUT: readonly RegExp[] = [
  /^usr\/lib\/[^/]+\/gconv(\/|$)/,
  /^usr\/share\/(lintian|gcc|gdb|man|locale|base-files)(\/|$)/,
  /^usr\/share\/doc\/[^/]+\/(?!copyright$)/,
  /^etc\/(skel|update-motd\.d|profile\.d|default|issue|issue\.net)(\/|$)/,
  /^(boot|home|media|mnt|opt|srv)(\/|$)|^usr\/(games|include|local|src)(\/|$)|^var\/(backups|local|mail|opt|spool)(\/|$)/,
];

/** The files of the base, as its packages have them, and each package's control data, where scanners look for it in
 * images that have no package manager. */
export async function debianEntries(architecture: DebianArchitecture): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for (const path of await fetchDebianPackages(architecture)) {
    const files = await packageFiles(path);
    entries.push(...files.filter(({ path: name }) => !LEFT_OUT.some((pattern) => pattern.test(name))));
    const { stdout: control } = await promisify(execFile)('dpkg-deb', ['--field', path]);
    const name = /^Package: (.*)$/m.exec(control)?.[1];
    entries.push(file(`var/lib/dpkg/status.d/${name}`, control));
  }
  return entries;
}

/** Brings what the lock pins into the cache.
 * @returns the packages' paths
 * @throws AptError when one is not to be had, or is not what was pinned */
export async function fetchDebianPackages(architecture: DebianArchitecture): Promise<string[]> {
  const cache = join(cacheRoot(), 'debian');
  mkdirSync(cache, { recursive: true });
  const packages = readDebianLock().packages[architecture];
  const place = ({ sha256 }: LockedDebianPackage): string => join(cache, `${sha256}.deb`);
  const missing = packages.filter((locked) => !existsSync(place(locked)));
  if (missing.length > 0) await download(missing, architecture, place);
  for (const locked of packages) verify(locked, readFileSync(place(locked)));
  return packages.map(place);
}

async function download(
  missing: readonly LockedDebianPackage[],
  architecture: DebianArchitecture,
  place: (locked: LockedDebianPackage) => string,
): Promise<void> {
  using lists = await openAptDirectory(readDebianBase().suites, [architecture]);
  for (const locked of missing) {
    const { name, version } = locked;
    try {
      await lists.apt('apt-get', 'download', `${name}:${architecture}=${version}`);
    } catch (cause) {
      const hint = 'Debian keeps only its newest versions: "make images-lock" pins those';
      throw new AptError(`${name} ${version} for ${architecture} cannot be downloaded. ${hint}`, { cause });
    }
    const [found = ''] = readdirSync(lists.directory).filter((path) => path.startsWith(`${name}_`));
    const content = readFileSync(join(lists.directory, found));
    verify(locked, content);
    const unfinished = `${place(locked)}.${process.pid}.new`;
    writeFileSync(unfinished, content);
    renameSync(unfinished, place(locked));
  }
}

function verify({ name, version, sha256 }: LockedDebianPackage, content: Uint8Array): void {
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256)
    throw new AptError(`${name} ${version} has the checksum ${found}; images/debian.lock.json says ${sha256}`);
}

async function packageFiles(path: string): Promise<TreeEntry[]> {
  const child = spawn('dpkg-deb', ['--fsys-tarfile', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const entries = await readTar(child.stdout);
  const code = await ended;
  if (code !== 0) throw new AptError(`dpkg-deb cannot read ${path}, exit code ${code}`);
  return entries;
}
