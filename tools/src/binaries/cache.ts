import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DirectoryLockedError, lockDirectory } from '@nicdiag/runtime';

/** `~/.cache/nicdiag`, or below `XDG_CACHE_HOME` where that is set. */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment['XDG_CACHE_HOME'];
  // The XDG specification: relative paths there are invalid and to be ignored.
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'nicdiag');
}

/** Puts a program into the cache so that it is there whole or not at all, whoever else looks at the same time. */
export function installProgram(directory: string, name: string, content: Uint8Array): string {
  const path = join(directory, name);
  const unfinished = `${path}.${process.pid}.new`;
  try {
    writeFileSync(unfinished, content);
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return path;
}

/** Waits until no other process fills the same cache directory.
 * @param whenWaiting called once if it must wait */
export async function lockCache(
  directory: string,
  whenWaiting: () => void,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Disposable> {
  mkdirSync(directory, { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      return lockDirectory(directory);
    } catch (error) {
      if (!(error instanceof DirectoryLockedError)) throw error;
      if (!waited) whenWaiting();
      await setTimeout(250, undefined, signal ? { signal } : {});
    }
  }
}

export function isPresent(directory: string, name: string): boolean {
  return existsSync(join(directory, name));
}
