import { pipeline, Readable } from 'node:stream';
import { extract } from 'tar-stream';

export interface TarEntry {
  readonly path: string;
  readonly size: number;
  /** `file`, `directory`, `symlink` … */
  readonly type: string;
  /** To be read to its end before the next entry is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The entries of a tar archive, one after another. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void> {
  const archive = extract();
  // Errors of the source end the archive's iteration with that error; nothing more to do in the callback.
  pipeline(Readable.from(source, { objectMode: false }), archive, () => undefined);
  for await (const entry of archive) {
    const { name, size = 0, type } = entry.header;
    yield { path: name, size, type: type ?? 'file', body: entry as AsyncIterable<Uint8Array> };
    entry.resume();
  }
}
