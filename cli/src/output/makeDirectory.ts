import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a directory and those above it. Node's own `recursive` asks forever below a directory that says ENOENT to every
 * new name, as /proc does.
 * @throws the system's error for the one that cannot be made */
export async function makeDirectory(path: string): Promise<void> {
  const made = await tryMake(path);
  if (made !== 'ENOENT') return;
  const above = dirname(path);
  if (above !== path) await makeDirectory(above);
  await mkdir(path);
}

/** @returns what is to be done something about */
async function tryMake(path: string): Promise<'ENOENT' | undefined> {
  try {
    await mkdir(path);
    return undefined;
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return code;
    // Made meanwhile, or there before; also on file systems that say it another way.
    if (await isDirectory(path)) return undefined;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}
