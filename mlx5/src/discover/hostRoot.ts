import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** As many links as the kernel follows (ELOOP above). */
const MAX_LINKS = 40;

/** Files of a host whose root lies in some directory, e.g. `/host` in a container. What is missing is undefined or
 * empty: sysfs changes under the reader. */
export interface HostRoot {
  /** Names in a directory, sorted. */
  list(path: string): readonly string[];
  /** Content without surrounding blanks. */
  read(path: string): string | undefined;
  /** Path below the host's root with all links followed inside of it, absolute ones too; undefined if it is not there. */
  resolve(path: string): string | undefined;
  /** The same path as this process opens it. */
  locate(path: string): string;
}

export function createHostRoot(root: string): HostRoot {
  const locate = (path: string): string => join(root, path);

  function resolve(path: string): string | undefined {
    const ahead = path.split('/').filter(Boolean);
    const done: string[] = [];
    for (let links = 0; ahead.length > 0; ) {
      const name = ahead.shift();
      if (name === undefined || name === '.') continue;
      if (name === '..') {
        // Above the root is the root: no link leads out of the host.
        done.pop();
        continue;
      }
      const target = linkTarget(locate([...done, name].join('/')));
      if (target === undefined) return undefined;
      if (target === false) {
        done.push(name);
        continue;
      }
      links += 1;
      if (links > MAX_LINKS) return undefined;
      if (target.startsWith('/')) done.length = 0;
      ahead.unshift(...target.split('/').filter(Boolean));
    }
    return `/${done.join('/')}`;
  }

  function list(path: string): readonly string[] {
    const resolved = resolve(path);
    return resolved === undefined ? [] : attempt(() => readdirSync(locate(resolved)).sort(), []);
  }

  function read(path: string): string | undefined {
    const resolved = resolve(path);
    return resolved === undefined ? undefined : attempt(() => readFileSync(locate(resolved), 'utf8').trim(), undefined);
  }

  return { list, read, resolve, locate };
}

/** The host's root by the path of a device's node, which lies in `<root>/dev`. */
export function rootOf(node: string): string {
  return node.slice(0, node.lastIndexOf('/dev/')) || '/';
}

/** The target of a link, false for what is no link, undefined for what is not there. */
function linkTarget(path: string): string | false | undefined {
  return attempt(() => (lstatSync(path).isSymbolicLink() ? readlinkSync(path) : false), undefined);
}

/** Codes of paths that are not there, or no longer, and of attributes that a device has not (`phys_port_name` of most
 * netdevs). Anything else is an error of its own. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO', 'EINVAL', 'EIO', 'EOPNOTSUPP', 'ENOTSUP'];

function attempt<T>(read: () => T, absent: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.includes(String(error.code))) return absent;
    throw error;
  }
}
