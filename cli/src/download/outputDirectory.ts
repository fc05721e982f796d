import { access, constants } from 'node:fs/promises';
import { makeDirectory } from '@nicdiag/runtime';
import { UsageError } from '../exitCodes.ts';

/** Makes the directory that a bundle goes to, or finds out before anything is asked of cluster or device that it cannot
 * be.
 * @returns the directories that were not there before, the topmost first
 * @throws UsageError */
export async function makeOutputDirectory(directory: string): Promise<readonly string[]> {
  try {
    const made = makeDirectory(directory);
    await access(directory, constants.W_OK);
    return made;
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const said = why === 'EEXIST' || why === 'ENOTDIR' ? 'it is no directory' : `it cannot be written (${why})`;
    throw new UsageError(`nothing can be written into ${directory}: ${said}`, { cause });
  }
}
