import { mkdirSync } from 'node:fs';
import { runCommandSync } from '../runCommand.ts';
import type { NodeConfig } from './nodeConfig.ts';

/** Directories of the node's disk that cannot be part of its root: overlay on overlay is refused (images), and kubelet
 * mounts below its own. */
function ownDirectories({ disk }: NodeConfig): ReadonlyArray<readonly [from: string, to: string]> {
  return [
    [disk.kubelet, '/var/lib/kubelet'],
    [disk.containerd, '/var/lib/containerd'],
    [disk.pods, '/var/log/pods'],
  ];
}

/** Makes the root filesystem of a node out of this machine's and goes there, with everything in this mount namespace:
 * an overlay, so that the node's /etc, /var and so on are its own; an empty /run; its own view of /sys. The node has the
 * machine's /proc (of its PID namespace) and /dev. */
export function enterRootFilesystem(config: NodeConfig): void {
  const { disk, shared } = config;
  const { root } = disk;
  const mount = (...args: string[]): void => runCommandSync('mount', args);
  mount('-t', 'overlay', 'node', '-o', `lowerdir=/,upperdir=${disk.upper},workdir=${disk.work}`, root);
  for (const name of ['proc', 'dev']) mount('--rbind', `/${name}`, `${root}/${name}`);
  mount('-t', 'sysfs', 'sysfs', `${root}/sys`);
  mount('--rbind', '/sys/fs/cgroup', `${root}/sys/fs/cgroup`);
  for (const directory of shared) bind(directory, `${root}${directory}`);
  for (const [from, to] of ownDirectories(config)) bind(from, `${root}${to}`);
  mount('-t', 'tmpfs', '-o', 'mode=755', 'run', `${root}/run`);
  const old = `${root}/.old`;
  mkdirSync(old, { recursive: true });
  process.chdir(root);
  runCommandSync('pivot_root', ['.', '.old']);
  process.chdir('/');
  runCommandSync('umount', ['--lazy', '/.old']);

  function bind(from: string, to: string): void {
    mkdirSync(to, { recursive: true });
    mount('--bind', from, to);
  }
}
