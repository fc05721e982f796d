import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, writeFileDurably } from '@nicdiag/runtime';

const UUID = /^[0-9a-f-]{36}$/;

/** The identity of whoever has the lock of a staging directory. It is kept there: the one before, of a container that is
 * started again, is dead for sure, and nobody must wait until his right to the bucket has run out.
 * @param staging exists and is locked by this process */
export async function stagingHolder(staging: string): Promise<string> {
  const path = join(staging, 'holder');
  const known = (await readIfThere(path))?.trim() ?? '';
  if (UUID.test(known)) return known;
  const holder = randomUUID();
  await writeFileDurably(path, `${holder}\n`);
  return holder;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
