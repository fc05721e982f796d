import { access, constants, mkdir } from 'node:fs/promises';
import { UsageError } from '../exitCodes.ts';

/** Makes the directory that a download goes to, or finds out before anything is asked of the cluster that it cannot be.
 * @throws UsageError */
export async function makeOutputDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const said = why === 'EEXIST' || why === 'ENOTDIR' ? 'it is no directory' : `it cannot be written (${why})`;
    throw new UsageError(`nothing can be downloaded into ${directory}: ${said}`, { cause });
  }
}
