import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { type Connection, createConnection, MAX_WRITE } from '../fuse/connection.ts';
import * as protocol from '../fuse/protocol.ts';
import type { DeviceNumbers } from '../fuse/tree.ts';
import { errno } from '../system/errno.ts';
import { SystemError } from '../system/systemError.ts';

/** A character device of the machine whose calls come to us, until `fd` is closed. */
export interface CuseChannel {
  readonly fd: number;
  readonly connection: Connection;
  readonly numbers: DeviceNumbers;
}

/** Makes a character device.
 * @param path of its node below /dev, which the kernel makes: `fwctl/fwctl0`
 * @throws SystemError when /dev/cuse cannot be opened or the machine has a CUSE device of this name */
export function openCuseChannel(path: string): CuseChannel {
  const fd = openCuse();
  try {
    const connection = createConnection(fd);
    // The kernel asks at once, and makes the device, or not, while it takes the answer.
    connection.receive();
    answerInit(connection, path);
    if (connection.receive() < 0) {
      throw new SystemError(`making the character device /dev/${path}`, errno.EEXIST, 'end the emulator that has it');
    }
    return { fd, connection, numbers: readNumbers(path) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Driver core knows no directories below /dev: it has `!` in names for them. */
function deviceName(path: string): string {
  return path.replaceAll('/', '!');
}

function answerInit({ request, body, bodyBytes, reply }: Connection, path: string): void {
  const unique = { low: request.getUint32(8, true), high: request.getUint32(12, true) };
  bodyBytes.fill(0, 0, protocol.CUSE_INIT_OUT_SIZE);
  body.setUint32(0, protocol.KERNEL_VERSION, true);
  body.setUint32(4, protocol.KERNEL_MINOR_VERSION, true);
  body.setUint32(12, protocol.CUSE_UNRESTRICTED_IOCTL, true);
  body.setUint32(16, MAX_WRITE, true);
  body.setUint32(20, MAX_WRITE, true);
  const information = new TextEncoder().encode(`DEVNAME=${deviceName(path)}\0`);
  bodyBytes.set(information, protocol.CUSE_INIT_OUT_SIZE);
  reply(unique, 0, protocol.CUSE_INIT_OUT_SIZE + information.length);
}

/** The kernel chooses them. */
function readNumbers(path: string): DeviceNumbers {
  const [major = 0, minor = 0] = readFileSync(`/sys/class/cuse/${deviceName(path)}/dev`, 'latin1')
    .trim()
    .split(':')
    .map(Number);
  return { major, minor };
}

/** Advice by errno. */
const ADVICE: Readonly<Record<number, string>> = {
  [errno.ENOENT]: 'load the kernel module (modprobe cuse)',
  [errno.ENODEV]: 'load the kernel module (modprobe cuse)',
  [errno.EACCES]: 'run as root: character devices are made by root only',
  [errno.EPERM]: 'this container is not allowed to use the device',
};

function openCuse(): number {
  try {
    return openSync('/dev/cuse', constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    const failure = error instanceof Error && 'errno' in error ? -Number(error.errno) : errno.EIO;
    throw new SystemError('opening /dev/cuse', failure, ADVICE[failure] ?? 'or have files on FUSE: --front-end fuse');
  }
}
