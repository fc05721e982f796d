import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';

/** One file, directory or link of an image. The path has no slash at its ends: `usr/bin/node`. */
export type TreeEntry = { readonly path: string } & (
  | { readonly kind: 'file'; readonly mode: number; readonly content: Uint8Array }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
);

export class TreeError extends Error {
  override readonly name = 'TreeError';
  readonly code = 'Tree';
}

export const file = (path: string, content: Uint8Array | string, mode = 0o644): TreeEntry => ({
  ...{ kind: 'file', path, mode },
  content: typeof content === 'string' ? Buffer.from(content) : content,
});
export const link = (path: string, target: string): TreeEntry => ({ kind: 'link', path, target });
export const directory = (path: string, mode = 0o755): TreeEntry => ({ kind: 'directory', path, mode });

/** Reads what a tar archive holds: owners and times are left behind.
 * @throws TreeError for what an image of this project has no use for: devices, hard links */
export async function readTar(archive: Readable): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  for await (const entry of archive.pipe(extract())) {
    const { name, type, mode = 0o644, linkname } = entry.header;
    const path = name.replace(/^\.?\/+|\/+$/g, '');
    if (type === 'file') entries.push(file(path, await buffer(entry), mode & 0o7777));
    else {
      entry.resume();
      if (type === 'symlink' && typeof linkname === 'string') entries.push(link(path, linkname));
      else if (type !== 'directory') throw new TreeError(`${path} is a ${type}, which no image here has`);
      else if (path !== '') entries.push(directory(path, mode & 0o7777));
    }
  }
  return entries;
}
