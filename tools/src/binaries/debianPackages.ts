import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { lockCache } from './cache.ts';

const DOWNLOAD_MS = 5 * 60_000;

export class DebianPackagesError extends Error {
  override readonly name = 'DebianPackagesError';
  readonly code = 'DebianPackages';
}

/** Provides programs that Debian packages, of this machine's release, unpacked and not installed. apt checks what it
 * downloads against the archive's signature.
 * @param directory where they are unpacked, in the cache; they are there whole or not at all
 * @throws DebianPackagesError where there is no apt, or no way to its archive */
export async function provideDebianPackages(
  directory: string,
  packages: readonly string[],
  say: (line: string) => void,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  if (existsSync(directory)) return;
  using _lock = await lockCache(`${directory}.d`, () => say(`waiting for another process that unpacks ${packages[0]}`));
  if (!existsSync(directory)) await unpackPackages(directory, packages, say, options);
}

async function unpackPackages(
  directory: string,
  packages: readonly string[],
  say: (line: string) => void,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<void> {
  say(`unpacking Debian packages into ${directory}: ${packages.join(', ')}`);
  mkdirSync(dirname(directory), { recursive: true });
  const scratch = mkdtempSync(`${directory}.new-`);
  const root = join(scratch, 'root');
  const run = async (program: string, args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(program, args, { cwd: scratch, timeout: DOWNLOAD_MS, signal })).stdout;
  try {
    await download(packages, run);
    const archives = readdirSync(scratch).filter((file) => file.endsWith('.deb'));
    for (const archive of archives) {
      await run('dpkg-deb', ['--extract', archive, root]);
      say(`  ${(await run('dpkg-deb', ['--show', archive])).trim().replace('\t', ' ')}`);
    }
    renameSync(root, directory);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new DebianPackagesError(
      `the Debian packages ${packages.join(', ')} are needed, and "apt-get download" does not get them here: is this a ` +
        'Debian or Ubuntu with its archive in reach?',
      { cause },
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function download(
  packages: readonly string[],
  run: (program: string, args: readonly string[]) => Promise<string>,
): Promise<void> {
  try {
    await run('apt-get', ['download', ...packages]);
  } catch {
    // Images come without lists of packages, and old lists name versions that the archive has no more.
    await run('apt-get', ['update']);
    await run('apt-get', ['download', ...packages]);
  }
}
