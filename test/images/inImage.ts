import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/* A container without a container runtime: the image's root filesystem, read-only, in a mount namespace of its own. Needs no
 * root where user namespaces are allowed: the test run is inside one then. */

/** `ROOT`, `POD` (a directory that is mounted writable under its own name, or nothing), the program and its arguments. */
const CONTAINER = `
set -e
root=$1 pod=$2; shift 2
mount --bind "$root" "$root"
for place in /proc /dev; do mount --rbind $place "$root$place"; done
if [ -n "$pod" ]; then mkdir -p "$root$pod"; mount --rbind "$pod" "$root$pod"; fi
mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
`;

const UNSHARE = ['--mount', '--propagation', 'private', 'sh', '-c', CONTAINER, 'container'];

/** Runs a program of an image to its end.
 * @param env all of its environment
 * @returns what it printed */
export async function runInImage(
  root: string,
  env: Readonly<Record<string, string>>,
  ...command: readonly string[]
): Promise<string> {
  const path = { PATH: `${env['PATH']}:/usr/bin:/bin:/usr/sbin:/sbin` };
  const { stdout } = await promisify(execFile)('unshare', [...UNSHARE, root, '', ...command], {
    env: { ...env, ...path },
  });
  return stdout;
}

/** Writes an entry point that a stack can start in place of a program's source: it becomes the image's program, with the
 * same process id. The Pod's directory is where its arguments say that it is.
 * @returns its path */
export function entryPoint(path: string, root: string, env: Readonly<Record<string, string>>, program: string): string {
  const script = `
const args = process.argv.slice(2);
const pod = /=(\\/\\S*?\\/pods\\/[^/]+)\\//.exec(args.join(' '))?.[1] ?? '';
const env = { ...process.env, ...${JSON.stringify(env)}, PATH: '${env['PATH']}:/usr/bin:/bin:/usr/sbin:/sbin' };
const command = ${JSON.stringify(['unshare', ...UNSHARE, root])};
process.execve('/usr/bin/unshare', [...command, pod, '${program}', ...args], env);
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
