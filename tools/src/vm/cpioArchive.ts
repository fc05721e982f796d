/** A file, directory or device node of an archive. */
export type ArchiveEntry =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array; readonly mode?: number }
  | { readonly kind: 'character'; readonly path: string; readonly major: number; readonly minor: number };

const [S_IFDIR, S_IFREG, S_IFCHR] = [0o040000, 0o100000, 0o020000];
const TRAILER = 'TRAILER!!!';
const MAGIC = '070701';

/** An archive in cpio's "newc" format, from which the kernel unpacks its first file system.
 * @param entries parents before what is in them: the kernel makes none by itself
 * @source Documentation/driver-api/early-userspace/buffer-format.rst */
export function cpioArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const parts = entries.flatMap((entry, index) => member(entry.path, { index: index + 1, ...describe(entry) }));
  return Buffer.concat([...parts, ...member(TRAILER, { index: 0, mode: 0 })]);
}

interface Member {
  /** Inode number: files that share one would be hard links. */
  readonly index: number;
  readonly mode: number;
  readonly content?: Uint8Array;
  readonly major?: number;
  readonly minor?: number;
}

function describe(entry: ArchiveEntry): Omit<Member, 'index'> {
  switch (entry.kind) {
    case 'directory':
      return { mode: S_IFDIR | 0o755 };
    case 'file':
      return { mode: S_IFREG | (entry.mode ?? 0o644), content: entry.content };
    case 'character':
      return { mode: S_IFCHR | 0o600, major: entry.major, minor: entry.minor };
  }
}

function member(
  path: string,
  { index, mode, content = new Uint8Array(0), major = 0, minor = 0 }: Member,
): Uint8Array[] {
  const name = Buffer.from(`${path}\0`);
  // In this order: inode, mode, uid, gid, links, mtime, size, device, device of a node, length of the name, checksum.
  const fields = [index, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from(MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join(''));
  return [padded(Buffer.concat([header, name])), padded(content)];
}

/** Names with their header, and contents, each end at a multiple of 4 bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array(-bytes.length & 3)]);
}
