import { buffer } from 'node:stream/consumers';
import { constants, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface ArchiveFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable?: boolean;
}

/** 1980-01-01, the date of reproducible archives. */
const DATE = new Date(315_532_800_000);

/** A .tar.gz of files in the given order. Same input, same bytes: it knows no owner, no time and no machine. */
export async function makeArchive(files: readonly ArchiveFile[]): Promise<Uint8Array> {
  const tar = pack();
  for (const { path, content, executable = false } of files) {
    const header = { name: path, size: content.length, mode: executable ? 0o755 : 0o644, mtime: DATE, uid: 0, gid: 0 };
    tar.entry(header, Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  }
  tar.finalize();
  return gzipSync(await buffer(tar), { level: constants.Z_BEST_COMPRESSION });
}
