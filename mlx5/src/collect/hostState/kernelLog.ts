import { closeSync, constants, openSync, readSync } from 'node:fs';

/** A record of the kernel's log is at most so long.
 * @source PRINTK_MESSAGE_MAX of <linux/printk.h> is 2048; older kernels 8192 */
const RECORD_BYTES = 8192;
/** The newest are kept. */
const MOST_BYTES = 256 * 1024;

/** The records of the kernel's log that speak of a device, as `/dev/kmsg` gives them: a line each
 * (`priority,sequence,microseconds,flags;text`), those that continue a record indented below it.
 * @param path `/dev/kmsg` as this process opens it
 * @param wanted names of which a record must have one: PCI address, interfaces, RDMA devices
 * @throws what opening throws */
export function readKernelLog(path: string, wanted: readonly string[]): Uint8Array {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const kept: string[] = [];
  let bytes = 0;
  try {
    for (const text of records(fd)) {
      if (!speaksOf(text, wanted)) continue;
      kept.push(text);
      bytes += Buffer.byteLength(text);
      while (bytes > MOST_BYTES) bytes -= Buffer.byteLength(kept.shift() ?? '');
    }
  } finally {
    closeSync(fd);
  }
  return Uint8Array.from(Buffer.from(kept.join('')));
}

/** Whether a record speaks of one of the names, not of a longer one that begins like it. */
export function speaksOf(record: string, wanted: readonly string[]): boolean {
  return wanted.some((name) => {
    for (let at = record.indexOf(name); at >= 0; at = record.indexOf(name, at + 1)) {
      const next = record.charAt(at + name.length);
      const before = record.charAt(at - 1);
      if (!/[0-9A-Za-z]/.test(next) && !/[0-9A-Za-z]/.test(before)) return true;
    }
    return false;
  });
}

/** Every read of /dev/kmsg gives one record; a plain file gives many lines at once. Ends when there is no more for now. */
function* records(fd: number): Generator<string> {
  const buffer = Buffer.alloc(RECORD_BYTES);
  let rest = '';
  for (;;) {
    const count = readSome(fd, buffer);
    if (count === 'overwritten') continue;
    if (count === 0) break;
    const lines = (rest + buffer.toString('utf8', 0, count)).split(/(?<=\n)(?! )/);
    rest = lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
    yield* lines;
  }
  if (rest !== '') yield `${rest}\n`;
}

function readSome(fd: number, buffer: Buffer): number | 'overwritten' {
  try {
    return readSync(fd, buffer, 0, buffer.length, null);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // The oldest records were overwritten while we read: the next read goes on with those that are left.
    if (code === 'EPIPE') return 'overwritten';
    if (code === 'EAGAIN') return 0;
    throw error;
  }
}
