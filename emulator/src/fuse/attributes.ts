import { fileType } from './protocol.ts';
import type { TreeNode } from './tree.ts';

const PAGE_SIZE = 4096;
const textEncoder = new TextEncoder();

/** Writes struct fuse_attr. Device nodes are regular files: opening a character device would leave FUSE. */
export function writeAttributes(view: DataView, offset: number, node: TreeNode, bornSeconds: number): void {
  view.setUint32(offset, node.id, true);
  view.setUint32(offset + 8, sizeOf(node), true);
  for (const time of [24, 32, 40]) view.setUint32(offset + time, bornSeconds, true);
  view.setUint32(offset + 60, typeOf(node) | node.mode, true);
  view.setUint32(offset + 64, node.kind === 'directory' ? 2 : 1, true);
  view.setUint32(offset + 68, node.uid, true);
  view.setUint32(offset + 72, node.gid, true);
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
    default:
      return fileType.REGULAR;
  }
}
