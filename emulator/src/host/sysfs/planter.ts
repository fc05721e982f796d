import type { DeviceNode, DeviceNumbers, Tree } from '../../fuse/tree.ts';
import { relativeLink } from './paths.ts';

/** Adds files to a tree and remembers them, so that they can be taken away together. */
export interface Planter {
  text(path: string, read: string | number | (() => string | number)): void;
  /** A relative link from `path` to another path of the tree. */
  link(path: string, to: string): void;
  /** @returns the numbers of the character device that it is */
  device(path: string, open: DeviceNode['open']): DeviceNumbers | undefined;
  uproot(): void;
}

export function createPlanter(tree: Tree): Planter {
  const planted: string[] = [];
  return {
    text(path, read) {
      planted.push(path);
      // Every attribute of sysfs ends in a newline.
      tree.text(path, typeof read === 'function' ? () => `${read()}\n` : `${read}\n`);
    },
    link(path, to) {
      planted.push(path);
      tree.symlink(path, relativeLink(path, to));
    },
    device(path, open) {
      planted.push(path);
      return tree.device(path, open);
    },
    uproot() {
      for (const path of planted.splice(0)) tree.remove(path);
    },
  };
}
