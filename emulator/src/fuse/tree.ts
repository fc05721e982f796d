import { errno } from '../system/errno.ts';
import { ROOT_ID } from './protocol.ts';

interface NodeBase {
  readonly id: number;
  mode: number;
  uid: number;
  gid: number;
}

export interface DirectoryNode extends NodeBase {
  readonly kind: 'directory';
  readonly children: Map<string, TreeNode>;
  /** Stays when its last entry is removed. */
  permanent?: boolean;
}
/** A read-only file whose text is made anew at each reading from its start, as sysfs does. */
export interface TextNode extends NodeBase {
  readonly kind: 'text';
  readonly read: () => string;
}
export interface SymlinkNode extends NodeBase {
  readonly kind: 'symlink';
  readonly target: string;
}
/** A file that answers ioctl(2). */
export interface DeviceNode extends NodeBase {
  readonly kind: 'device';
  /** Of the character device that it is; without them it is a regular file, and what it answers comes through FUSE. */
  readonly numbers?: DeviceNumbers;
  /** @returns the open file, or an errno */
  readonly open: (caller: Caller) => OpenDevice | number;
}
export type TreeNode = DirectoryNode | TextNode | SymlinkNode | DeviceNode;

export interface DeviceNumbers {
  readonly major: number;
  readonly minor: number;
}

/** A character device of the machine that stands behind a node of a tree: whoever opens the node is with it, no longer
 * with the tree. */
export interface CharacterDevice {
  readonly numbers: DeviceNumbers;
  /** The node is there from now on. */
  appear(open: DeviceNode['open']): void;
  vanish(): void;
}

/** Who asks: ids as the mount's namespaces see them; `pid` is a thread id. */
export interface Caller {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** One open file description of a device. */
export interface OpenDevice {
  /** What a driver says of a call before it looks at the caller's memory.
   * @param call without `input` and `output`
   * @returns an errno, or the structure that the argument points to */
  admit(call: IoctlCall): number | UserStructure;
  /** @returns 0 with `call.output` filled, an errno, or a call that will be answered later */
  ioctl(call: IoctlCall): number | HeldCall;
  release(): void;
}

/** How much of the structure at an ioctl's argument a driver copies from and to the caller. What the structure itself
 * points to is the driver's own business. */
export interface UserStructure {
  readonly read: number;
  readonly written: number;
}

/** The argument is no address, or the driver reads behind it what it wants. */
export const NO_STRUCTURE: UserStructure = { read: 0, written: 0 };

export interface IoctlCall extends Caller {
  readonly command: number;
  /** Third argument of ioctl(2), usually a user address. */
  readonly argument: number;
  /** A 32-bit program on a 64-bit kernel. */
  readonly compat: boolean;
  /** The structure that the kernel copied in: on FUSE what `_IOW` numbers promise, else what `admit` asked for. Valid
   * during the call only. */
  readonly input: Uint8Array;
  /** The structure that the kernel will copy out, zeroed: on FUSE what `_IOR` numbers promise, else what `admit` asked
   * for. Valid during the call only. */
  readonly output: Uint8Array;
}

/** A call that was read but not answered: its caller waits, uninterruptibly, as in a driver that waits for firmware. */
export interface HeldCall {
  /** Monotonic time in nanoseconds at which `finish` is due; Infinity for a hang. Read again whenever the server
   * looks, so that a fault can be cleared. */
  readonly dueNs: number;
  /** @returns 0 with `output` filled, or an errno */
  finish(output: Uint8Array): number;
}

/** Files of one host below a mount point. Paths are relative to it, `/`-separated, without a leading slash; parents
 * are made as needed. Ids are never used again, so a stale handle cannot reach another node. */
export interface Tree {
  readonly root: DirectoryNode;
  node(id: number): TreeNode | undefined;
  directory(path: string): DirectoryNode;
  text(path: string, read: (() => string) | string, mode?: number): void;
  symlink(path: string, target: string): void;
  /** @returns the numbers of the character device that it is */
  device(path: string, open: DeviceNode['open'], mode?: number): DeviceNumbers | undefined;
  /** Removes a node with everything below it, then the parents that this leaves empty and that are not permanent. */
  remove(path: string): void;
}

/** @param characterDevices by the paths of their nodes, should those be added
 * @throws Error when a path is added twice, or runs through something that is not a directory: a mistake in a host's
 * description */
export function createTree(characterDevices: ReadonlyMap<string, CharacterDevice> = new Map()): Tree {
  const nodes = new Map<number, TreeNode>();
  let nextId: number = ROOT_ID;

  function add<N extends TreeNode>(node: Omit<N, 'id' | 'uid' | 'gid'>): N {
    const complete = { ...node, id: nextId++, uid: 0, gid: 0 } as N;
    nodes.set(complete.id, complete);
    return complete;
  }

  function newDirectory(): DirectoryNode {
    return add<DirectoryNode>({ kind: 'directory', mode: 0o755, children: new Map() });
  }

  const root = newDirectory();

  function directory(path: string): DirectoryNode {
    let current = root;
    for (const name of split(path)) {
      let child = current.children.get(name);
      if (child === undefined) {
        child = newDirectory();
        current.children.set(name, child);
      }
      if (child.kind !== 'directory') throw new Error(`${path}: ${name} is a ${child.kind}, not a directory`);
      current = child;
    }
    return current;
  }

  function place(path: string, make: () => TreeNode): void {
    const slash = path.lastIndexOf('/');
    const parent = directory(path.slice(0, Math.max(slash, 0)));
    const name = path.slice(slash + 1);
    if (parent.children.has(name)) throw new Error(`${path} is already in the tree`);
    parent.children.set(name, make());
  }

  function forget(node: TreeNode): void {
    nodes.delete(node.id);
    if (node.kind === 'directory') for (const child of node.children.values()) forget(child);
  }

  return {
    root,
    node: (id) => nodes.get(id),
    directory,
    text(path, read, mode = 0o444) {
      place(path, () => add<TextNode>({ kind: 'text', mode, read: typeof read === 'string' ? () => read : read }));
    },
    symlink(path, target) {
      place(path, () => add<SymlinkNode>({ kind: 'symlink', mode: 0o777, target }));
    },
    device(path, open, mode = 0o600) {
      const character = characterDevices.get(path);
      const { numbers } = character ?? {};
      place(path, () => add<DeviceNode>({ kind: 'device', mode, open, ...(numbers === undefined ? {} : { numbers }) }));
      character?.appear(open);
      return numbers;
    },
    remove(path) {
      const trail: { parent: DirectoryNode; name: string }[] = [];
      let current: TreeNode = root;
      for (const name of split(path)) {
        if (current.kind !== 'directory') return;
        const child = current.children.get(name);
        if (child === undefined) return;
        trail.push({ parent: current, name });
        current = child;
      }
      characterDevices.get(path)?.vanish();
      let step = trail.pop();
      while (step !== undefined) {
        const node = step.parent.children.get(step.name);
        if (node !== undefined) forget(node);
        step.parent.children.delete(step.name);
        if (step.parent.children.size > 0 || step.parent.permanent === true) return;
        step = trail.pop();
      }
    },
  };
}

/** Looks a name up as the kernel asks for it.
 * @returns the node or an errno */
export function lookup(parent: TreeNode | undefined, name: string): TreeNode | number {
  if (parent === undefined) return errno.ENOENT;
  if (parent.kind !== 'directory') return errno.ENOTDIR;
  return parent.children.get(name) ?? errno.ENOENT;
}

function split(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}
