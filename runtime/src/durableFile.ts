import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from './makeDirectory.ts';

/** Puts a file in place so that after a power cut it holds either all of the new bytes or all of the old ones:
 * temporary file, fsync, rename, fsync of the directory. The directory must exist. */
export async function writeFileDurably(path: string, bytes: string | Uint8Array): Promise<void> {
  const temporary = `${path}${TEMPORARY_SUFFIX}`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

/** What an interrupted `writeFileDurably` leaves behind ends like this; readers of a directory skip such names. */
export const TEMPORARY_SUFFIX = '.tmp';

/** Removes a file or a whole directory, durably. Nothing there is fine. */
export async function removeDurably(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await syncDirectory(dirname(path));
}

/** Makes a directory and its parents, durably. */
export async function makeDirectoryDurably(path: string): Promise<void> {
  for (const directory of makeDirectory(path, { mode: 0o700 })) await syncDirectory(dirname(directory));
}

/** Makes names that were created, renamed or removed in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
