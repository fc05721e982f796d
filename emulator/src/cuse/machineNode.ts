import { closeSync, constants, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { encodeNumbers } from '../fuse/attributes.ts';
import type { DeviceNumbers } from '../fuse/tree.ts';

/** The node of a character device in the machine's own /dev. The kernel makes it with the device and takes it away with
 * it; a device that lives on for the sake of its open files, though it was removed, has none. */
export interface MachineNode {
  show(): void;
  hide(): void;
  /** Leaves it to the kernel, which takes away what is not hidden. */
  [Symbol.dispose](): void;
}

/** Hidden is another name in the same directory, not gone: the kernel takes away only nodes that it has made.
 * @param path of the node below /dev */
export function createMachineNode(path: string, numbers: DeviceNumbers): MachineNode {
  // By handle: the emulated /dev may be mounted over this one, and to look there would be to ask oneself.
  const dev = openSync('/dev', constants.O_RDONLY | constants.O_DIRECTORY);
  const shown = `/proc/self/fd/${dev}/${path}`;
  const hidden = join(dirname(shown), `.removed-${basename(path)}`);

  function move(from: string, to: string): void {
    // Where /dev is no devtmpfs (in a container) the kernel's node is elsewhere, and what is here is somebody else's.
    if (isNodeOf(from, numbers)) renameSync(from, to);
  }

  return {
    show: () => move(hidden, shown),
    hide: () => move(shown, hidden),
    [Symbol.dispose]() {
      if (isNodeOf(hidden, numbers)) rmSync(hidden);
      closeSync(dev);
    },
  };
}

function isNodeOf(path: string, numbers: DeviceNumbers): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isCharacterDevice() === true && found.rdev === encodeNumbers(numbers);
}
