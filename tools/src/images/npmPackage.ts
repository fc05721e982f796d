import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { REPOSITORY } from '../stack/paths.ts';
import { readTar, type TreeEntry } from './treeEntry.ts';

export class NpmError extends Error {
  override readonly name = 'NpmError';
  readonly code = 'Npm';
}

interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
}

/** The files of a package of another platform than this machine's, which npm does not install: the version and the
 * checksum that the lockfile pins, through npm's cache.
 * @throws NpmError when it cannot be had or is not what was pinned */
export async function npmPackage(name: string): Promise<TreeEntry[]> {
  const { version, integrity } = lockedPackage(name);
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-npm-'));
  try {
    const args = ['pack', `${name}@${version}`, '--prefer-offline', '--json', '--pack-destination', directory];
    const { stdout } = await promisify(execFile)('npm', args, { cwd: REPOSITORY }).catch((cause: unknown) => {
      throw new NpmError(`npm cannot bring ${name} ${version}`, { cause });
    });
    const [{ filename = '' } = {}]: { filename?: string }[] = JSON.parse(stdout);
    const archive = readFileSync(join(directory, filename));
    const found = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    if (found !== integrity)
      throw new NpmError(`${name} ${version} has the checksum ${found}; package-lock.json says ${integrity}`);
    const entries = await readTar(Readable.from([await promisify(gunzip)(archive)]));
    return entries.map((entry) => ({ ...entry, path: entry.path.replace(/^package\//, '') }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @throws NpmError for a package that is not in the lockfile */
export function lockedPackage(name: string): LockedPackage {
  const lock: { readonly packages: Readonly<Record<string, Partial<LockedPackage>>> } = JSON.parse(
    readFileSync(`${REPOSITORY}package-lock.json`, 'utf8'),
  );
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined)
    throw new NpmError(`package-lock.json does not pin ${name} with a checksum`);
  return { version, integrity };
}
