/** ustar and pax headers (POSIX.1-2017, pax Interchange Format), as few fields as there are: everything that could
 * differ between two runs is fixed. */

const BLOCK = 512;
const NAME_LENGTH = 100;
const PREFIX_LENGTH = 155;
/** 11 octal digits. */
const MAX_USTAR_SIZE = 0o77777777777;
/** 1980-01-01, the date of reproducible archives: old enough to be no one's, new enough for every tool. */
const MTIME = 315532800;

/** The header blocks of one regular file: one block, or three and more with a pax header when path or length need it.
 * @param path with `/`, not absolute */
export function tarHeader(path: string, size: number): Uint8Array {
  const split = splitPath(path);
  const records: string[] = [];
  if (split === undefined) records.push(paxRecord('path', path));
  if (size > MAX_USTAR_SIZE) records.push(paxRecord('size', String(size)));
  const { name, prefix } = split ?? { name: path.slice(-NAME_LENGTH), prefix: '' };
  const header = ustarBlock(name, prefix, Math.min(size, MAX_USTAR_SIZE), '0');
  if (records.length === 0) return header;
  const body = Buffer.from(records.join(''));
  return Buffer.concat([ustarBlock('pax_header', '', body.byteLength, 'x'), body, tarPadding(body.byteLength), header]);
}

/** Zeros from the end of a file's content to the next block. */
export function tarPadding(size: number): Uint8Array {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Two blocks of zeros end an archive. */
export function tarEnd(): Uint8Array {
  return Buffer.alloc(2 * BLOCK);
}

/** `prefix/name` with both parts short enough, cut at a slash. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (/[^\x20-\x7e]/.test(path)) return undefined;
  if (path.length <= NAME_LENGTH) return { name: path, prefix: '' };
  const slash = path.lastIndexOf('/', PREFIX_LENGTH);
  const name = path.slice(slash + 1);
  return slash > 0 && name.length > 0 && name.length <= NAME_LENGTH
    ? { name, prefix: path.slice(0, slash) }
    : undefined;
}

function ustarBlock(name: string, prefix: string, size: number, type: '0' | 'x'): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, NAME_LENGTH, 'latin1');
  block.write('0000644\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write(`${MTIME.toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  block.write(`        ${type}`, 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345, PREFIX_LENGTH, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `<length> <key>=<value>\n`, the length counting itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length += 1;
  return `${length} ${key}=${value}\n`;
}
