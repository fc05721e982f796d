import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from './toError.ts';

/** Makes a directory and those above it. Node's own `recursive` asks forever below a directory that says ENOENT to every
 * new name, as /proc does.
 * @returns those that were not there before, the topmost first
 * @throws the system's error for the one that cannot be made */
export function makeDirectory(path: string, { mode = 0o777 }: { readonly mode?: number } = {}): readonly string[] {
  const found = tryMake(path, mode);
  if (found !== 'no parent') return found === 'made' ? [path] : [];
  const above = dirname(path);
  const made = above === path ? [] : makeDirectory(above, { mode });
  mkdirSync(path, { mode });
  return [...made, path];
}

function tryMake(path: string, mode: number): 'made' | 'there' | 'no parent' {
  try {
    mkdirSync(path, { mode });
    return 'made';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'no parent';
    // Made meanwhile, or there before; also on file systems that say it another way.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return 'there';
    throw error;
  }
}
