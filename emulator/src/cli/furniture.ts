import { existsSync, readlinkSync, statSync } from 'node:fs';
import type { Furniture } from '../program/messages.ts';

/** What a program expects in /dev beside NICs. The real ones are bound over placeholders in the emulated tree; a real
 * host's mlx5ctl, fwctl and RDMA nodes are left out on purpose. */
const devNodes = [
  'console',
  'full',
  'fuse',
  'hugepages',
  'mqueue',
  'net',
  'null',
  'ptmx',
  'pts',
  'random',
  'shm',
  'tty',
  'urandom',
  'zero',
];
const devLinks: Readonly<Record<string, string>> = {
  core: '/proc/kcore',
  fd: '/proc/self/fd',
  stderr: '/proc/self/fd/2',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
};
/** Parts of /sys that have nothing to do with devices of ours. */
const sysDirectories = ['devices/system', 'firmware', 'fs', 'kernel', 'module', 'power'];

/** Real paths that go over placeholders, and the placeholders. */
export interface Fittings {
  readonly furniture: Furniture;
  /** Paths below the emulated root, each of which gets the real one's content. */
  readonly binds: readonly string[];
}

/** Looks at the machine's own /dev and /sys. */
export function fittingsOfThisMachine(): Fittings {
  const dev = devNodes.map((name) => `dev/${name}`).filter((path) => existsSync(`/${path}`));
  const links = dev.filter((path) => isLink(`/${path}`));
  const bound = dev.filter((path) => !links.includes(path));
  const sys = sysDirectories.map((name) => `sys/${name}`).filter((path) => existsSync(`/${path}`));
  const isDirectory = (path: string): boolean => statSync(`/${path}`).isDirectory();
  return {
    furniture: {
      directories: [...bound.filter(isDirectory), ...sys],
      files: bound.filter((path) => !isDirectory(path)),
      links: {
        ...Object.fromEntries(links.map((path) => [path, readlinkSync(`/${path}`)])),
        ...Object.fromEntries(Object.entries(devLinks).map(([name, target]) => [`dev/${name}`, target])),
      },
    },
    binds: [...bound, ...sys],
  };
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    // EINVAL: not a link.
    return false;
  }
}
