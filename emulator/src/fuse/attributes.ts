import { fileType } from './protocol.ts';
import type { DeviceNumbers, TreeNode } from './tree.ts';

const PAGE_SIZE = 4096;
const textEncoder = new TextEncoder();

/** Writes struct fuse_attr. A device that is no character device of the machine is a regular file: opening a character
 * device leaves FUSE. */
export function writeAttributes(view: DataView, offset: number, node: TreeNode, bornSeconds: number): void {
  view.setUint32(offset, node.id, true);
  view.setUint32(offset + 8, sizeOf(node), true);
  for (const time of [24, 32, 40]) view.setUint32(offset + time, bornSeconds, true);
  view.setUint32(offset + 60, typeOf(node) | node.mode, true);
  view.setUint32(offset + 64, node.kind === 'directory' ? 2 : 1, true);
  view.setUint32(offset + 68, node.uid, true);
  view.setUint32(offset + 72, node.gid, true);
  if (node.kind === 'device' && node.numbers !== undefined) {
    view.setUint32(offset + 76, encodeNumbers(node.numbers), true);
  }
  view.setUint32(offset + 80, PAGE_SIZE, true);
}

/** sysfs gives every attribute one page, whatever it holds. */
function sizeOf(node: TreeNode): number {
  switch (node.kind) {
    case 'text':
      return PAGE_SIZE;
    case 'symlink':
      return textEncoder.encode(node.target).length;
    default:
      return 0;
  }
}

export function typeOf(node: TreeNode): number {
  switch (node.kind) {
    case 'directory':
      return fileType.DIRECTORY;
    case 'symlink':
      return fileType.SYMLINK;
    case 'device':
      return node.numbers === undefined ? fileType.REGULAR : fileType.CHARACTER;
    default:
      return fileType.REGULAR;
  }
}

/** Major and minor in one number, as the kernel (new_encode_dev) and stat(2) have them. */
export function encodeNumbers({ major, minor }: DeviceNumbers): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}
