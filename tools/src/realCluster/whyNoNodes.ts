import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ContainerRuntime } from '../binaries/containerRuntime.ts';
import { holdCgroup, releaseCgroups } from '../nursery/cgroups.ts';

/** What a node is made of, each tried for itself: `sh` commands, in an empty directory. */
const TRIES: readonly (readonly [what: string, script: string])[] = [
  ['namespaces (unshare)', 'true'],
  [
    'a bridge and a pair of links',
    'ip link add nodes type bridge && ip link add left type veth peer name right && ip link set left master nodes',
  ],
  [
    'an overlay of the root filesystem',
    'mkdir u w r && mount -t overlay o -o lowerdir=/,upperdir=u,workdir=w r && test -e r/proc',
  ],
  ['a view of /sys', 'mkdir s && mount -t sysfs sysfs s'],
  // Only Debian's family has what provideContainerRuntime unpacks.
  ['packages of containerd and runc', 'command -v apt-get || { echo there is no apt-get >&2; exit 1; }'],
];

/** Why this machine can have no cluster with real nodes, as it was found by trying; undefined if it can.
 * @param uid of this process */
export async function whyNoNodes(uid = process.geteuid?.()): Promise<string | undefined> {
  if (uid !== 0) return 'not root';
  const directory = mkdtempSync(join(tmpdir(), 'nicdiag-try-'));
  try {
    for (const [at, [what, script]] of TRIES.entries()) {
      const cwd = join(directory, `${at}`);
      mkdirSync(cwd);
      const refusal = tryNamespaces(script, cwd);
      if (refusal !== undefined) return `no ${what}: ${refusal}`;
    }
    return await tryCgroups(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Why Services would reach no Pod here, although there can be nodes: kube-proxy's rules are tables of nftables, which not every
 * kernel has. Undefined if they would. */
export function whyNoServices({ path, libraries }: Pick<ContainerRuntime, 'path' | 'libraries'>): string | undefined {
  const env = {
    ...process.env,
    PATH: [...path, process.env['PATH']].join(delimiter),
    LD_LIBRARY_PATH: libraries,
  };
  const refusal = tryNamespaces('nft add table ip nodes && nft add table ip6 nodes', tmpdir(), env);
  return refusal === undefined ? undefined : `no rules for Services: ${refusal}`;
}

function tryNamespaces(script: string, cwd: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const unshare = ['--mount', '--propagation', 'private', '--pid', '--fork', '--net', '--uts', '--ipc', '--'];
  const tried = spawnSync('unshare', [...unshare, 'sh', '-ec', script], { cwd, env, encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  return (tried.stderr || tried.error?.message || `ended with ${tried.signal ?? tried.status}`).trim();
}

async function tryCgroups(directory: string): Promise<string | undefined> {
  try {
    holdCgroup(directory, `nicdiag-try-${process.pid}`, 'node');
    return undefined;
  } catch (error) {
    return `no cgroups: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await releaseCgroups(directory);
  }
}
