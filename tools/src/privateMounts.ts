import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';

/** Holds the mount namespace that was left, so that a process can tell that it is in another one. */
export const LEFT_NAMESPACE = 'NICDIAG_LEFT_MOUNTS';

export class NoPrivateMountsError extends Error {
  override readonly name = 'NoPrivateMountsError';
  readonly code = 'NoPrivateMounts';
}

export interface PrivateMounts {
  /** Goes before the command; empty when this process is in a private mount namespace already. */
  readonly prefix: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Ways into a mount namespace of one's own: as root, or as root of a new user namespace. */
const WAYS = [
  ['unshare', '--mount', '--propagation', 'private', '--'],
  ['unshare', '--user', '--map-root-user', '--mount', '--propagation', 'private', '--'],
] as const;

/** How to start a command so that what it mounts is seen by its own processes only and goes with the last of them,
 * whatever ends it. The emulator's FUSE mounts are made like that.
 * @throws NoPrivateMountsError when this user can make no mount namespace */
export function privateMounts(environment: NodeJS.ProcessEnv = process.env): PrivateMounts {
  const current = readlinkSync('/proc/self/ns/mnt');
  const left = environment[LEFT_NAMESPACE];
  if (left !== undefined && left !== current) return { prefix: [], env: {} };
  const refusals: string[] = [];
  for (const way of WAYS) {
    const [program, ...args] = way;
    const tried = spawnSync(program, [...args, 'true'], { encoding: 'utf8' });
    if (tried.status === 0) return { prefix: way, env: { [LEFT_NAMESPACE]: current } };
    refusals.push((tried.stderr || tried.error?.message || `ended with ${tried.status}`).trim());
  }
  throw new NoPrivateMountsError(
    'the emulator mounts its devices in a mount namespace of its own, and this user can make none: run as root, or ' +
      `allow unprivileged user namespaces (sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns); ` +
      `tried: ${refusals.join('; ')}`,
  );
}
