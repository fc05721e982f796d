import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cacheRoot } from '../binaries/cache.ts';
import { tarEntry } from '../binaries/tarEntry.ts';
import { REPOSITORY } from '../stack/paths.ts';

/** Reads a file of a package in the lockfile, also of one that npm leaves out on this machine because it is for another:
 * that one is fetched from the registry once, checked against the lockfile, and kept in the cache.
 * @param path inside the package */
export function packageFile(name: string, path: string): Uint8Array {
  const installed = `${REPOSITORY}node_modules/${name}/${path}`;
  if (existsSync(installed)) return readFileSync(installed);
  const file = tarEntry(gunzipSync(readFileSync(fetchPackage(name))), `package/${path}`);
  if (file === undefined) throw new Error(`the package ${name} has no ${path}`);
  return file;
}

interface LockedPackage {
  readonly version: string;
  /** `sha512-` and base64. */
  readonly integrity: string;
}

/** @returns the package's archive in the cache */
function fetchPackage(name: string): string {
  const { version, integrity } = lockedPackage(name);
  const directory = join(cacheRoot(), 'packages');
  const archive = join(directory, `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`);
  if (existsSync(archive) && integrityOf(archive) === integrity) return archive;
  mkdirSync(directory, { recursive: true });
  const scratch = join(directory, `.${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    const packed = execFileSync(
      'npm',
      ['pack', `${name}@${version}`, '--ignore-scripts', '--loglevel=error', '--json', `--pack-destination=${scratch}`],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }];
    const fetched = join(scratch, filename);
    if (integrityOf(fetched) !== integrity) throw new Error(`${name}@${version} is not the package of the lockfile`);
    renameSync(fetched, archive);
    return archive;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @throws Error when the lockfile does not pin it */
export function lockedPackage(name: string): LockedPackage {
  const lock = JSON.parse(readFileSync(`${REPOSITORY}package-lock.json`, 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage | undefined>>;
  };
  const found = lock.packages[`node_modules/${name}`];
  if (found === undefined) throw new Error(`the lockfile has no ${name}`);
  return found;
}

function integrityOf(file: string): string {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}
