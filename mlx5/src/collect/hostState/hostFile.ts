import { closeSync, openSync, readSync } from 'node:fs';
import type { HostRoot } from '../../discover/hostRoot.ts';
import type { CommandRunner } from '../commandRunner.ts';
import type { Item } from '../item.ts';

/** Attributes of sysfs are at most a page; the longest files read here, statistics of an RDMA device, far less. */
const MAX_BYTES = 64 * 1024;

/** Codes of what is not there, or not any more: another kernel, another driver, a device that went. */
const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO', 'EOPNOTSUPP', 'EINVAL'];

/** Reads a file of the host as an item; undefined when there is none. What may not be read (EACCES, EPERM, EIO) is an
 * item with its errno.
 * @param path below the host's root, as the item is named
 * @throws CollectorStop when cancelled or over the byte limit */
export function readHostFile(runner: CommandRunner, host: HostRoot, path: string): Item | undefined {
  const resolved = host.resolve(path);
  if (resolved === undefined) return undefined;
  return hostItem(runner, path, () => readBounded(host.locate(resolved)));
}

/** An item of what a read brings; undefined when it finds nothing to read.
 * @param key what was asked for, a path */
export function hostItem(runner: CommandRunner, key: string, read: () => Uint8Array): Item | undefined {
  const startedNs = process.hrtime.bigint();
  let outbox: Uint8Array = new Uint8Array(0);
  let errno = 0;
  try {
    outbox = read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (ABSENT.includes(code)) return undefined;
    // libuv reports errno negated.
    errno = error instanceof Error && 'errno' in error ? -Number(error.errno) : Number.NaN;
    if (Number.isNaN(errno)) throw error;
  }
  const inbox = Uint8Array.from(Buffer.from(key));
  runner.admit(inbox.length + outbox.length);
  const elapsedNs = process.hrtime.bigint() - startedNs;
  const none = { opcode: 0, opMod: 0, registerId: 0, status: 0, syndrome: 0 };
  const frame = { ...none, errno, startedNs, elapsedNs, inbox, outbox };
  return { key, kind: 'host', name: key, index: {}, outcome: errno === 0 ? 'ok' : 'failed', frames: [frame] };
}

/** sysfs says of every file that it has 4096 bytes: only reading tells. */
function readBounded(path: string): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(MAX_BYTES);
    let length = 0;
    while (length < MAX_BYTES) {
      const count = readSync(fd, buffer, length, MAX_BYTES - length, null);
      if (count === 0) break;
      length += count;
    }
    return Uint8Array.from(buffer.subarray(0, length));
  } finally {
    closeSync(fd);
  }
}
