import { closeSync } from 'node:fs';
import { createDeviceCalls } from '../fuse/deviceCalls.ts';
import { createHeldCalls } from '../fuse/heldCalls.ts';
import { createOpenFiles } from '../fuse/openFiles.ts';
import { FOPEN_DIRECT_IO, opcode } from '../fuse/protocol.ts';
import { createRequestServer, type Handler, ok, type RequestServer } from '../fuse/requestServer.ts';
import type { CharacterDevice, DeviceNode, OpenDevice } from '../fuse/tree.ts';
import { errno } from '../system/errno.ts';
import { openCuseChannel } from './channel.ts';
import { createMachineNode } from './machineNode.ts';
import { askAgain } from './retry.ts';

/** A node of a host as a character device of the machine. It stays with the machine while the emulated device comes and
 * goes, so that files which were open then go on answering ENODEV. */
export interface CuseDevice extends RequestServer, CharacterDevice, Disposable {
  /** Below the host's root: `dev/fwctl/fwctl0`. */
  readonly path: string;
}

/** @param path below the host's root; the machine's node has the same place in /dev
 * @throws SystemError */
export function createCuseDevice(path: string): CuseDevice {
  const name = path.replace(/^dev\//, '');
  const { fd, connection, numbers } = openCuseChannel(name);
  const files = createOpenFiles<OpenDevice>(connection);
  const held = createHeldCalls(connection);
  const calls = createDeviceCalls(connection, held);
  const node = createMachineNode(name, numbers);
  let driver: DeviceNode['open'] | undefined;

  function open(): number {
    // Through a node that somebody else has made.
    if (driver === undefined) return errno.ENODEV;
    const device = driver(calls.caller());
    return typeof device === 'number' ? device : files.open(device, FOPEN_DIRECT_IO);
  }

  const ioctl: Handler = (_node, length, unique) => {
    const device = files.current();
    if (device === undefined) return errno.ENOTTY;
    const call = calls.load(length);
    const wanted = device.admit(call);
    if (typeof wanted === 'number') return wanted;
    // The kernel's first request has no memory of the caller with it.
    const complete = call.input.length === wanted.read && call.output.length === wanted.written;
    return complete ? calls.execute(device, unique) : askAgain(connection, call.argument, wanted);
  };

  function release(): number {
    files.close()?.release();
    return ok(0);
  }

  const handlers = new Map<number, Handler>([
    [opcode.IOCTL, ioctl],
    [opcode.OPEN, open],
    [opcode.RELEASE, release],
    // The drivers have neither.
    [opcode.READ, () => errno.EINVAL],
    [opcode.WRITE, () => errno.EINVAL],
    // A driver that waits for firmware cannot be interrupted, so the call stays where it is.
    [opcode.INTERRUPT, () => undefined],
  ]);

  return {
    ...createRequestServer(fd, connection, held, handlers),
    path,
    numbers,
    appear(opened) {
      driver = opened;
      node.show();
    },
    vanish() {
      driver = undefined;
      node.hide();
    },
    [Symbol.dispose]() {
      // Ends the device: who waits in a call gets ECONNABORTED.
      closeSync(fd);
      node[Symbol.dispose]();
    },
  };
}
