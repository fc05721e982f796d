import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toError } from '@nicdiag/runtime';
import { requireFuse } from '../fuseDevice.ts';
import { startHolder } from '../kept/holder.ts';
import { findKept, type Kept, noteKept } from '../kept/kept.ts';
import { CLUSTER_DIRECTORY } from './clusterDirectory.ts';
import { provideClusterPrograms } from './provideClusterPrograms.ts';

/* `up.ts [--nodes N] [--image ARCHIVE]…`, `make cluster`: a cluster in the background. Prints how to use it; does no more
 * than that when it is there already. */
const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '3' }, image: { type: 'string', multiple: true, default: [] } },
});
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort(signal));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** 128 + SIGINT, as a shell has it. */
const INTERRUPTED = 130;

try {
  const kept = findKept(CLUSTER_DIRECTORY);
  if (kept !== undefined) say('a cluster is running already; "make cluster-down" ends it');
  printUse(kept ?? (await start()));
} catch (error) {
  say(
    interrupted.signal.aborted
      ? 'interrupted; everything has been cleaned up'
      : `no cluster: ${toError(error).message}`,
  );
  process.exitCode = interrupted.signal.aborted ? INTERRUPTED : 1;
}
// What waits for the background process must not hold the terminal.
process.exit();

async function start(): Promise<Omit<Kept, 'startTime'>> {
  if (process.geteuid?.() !== 0) throw new Error('nodes are made of namespaces, cgroups and mounts: run this as root');
  requireFuse();
  const { signal } = interrupted;
  // Here and not in the background, so that Ctrl-C ends it while it takes minutes.
  await provideClusterPrograms({ say, signal });
  const script = fileURLToPath(new URL('hold.ts', import.meta.url));
  const options = ['--nodes', values.nodes, ...values.image.flatMap((archive) => ['--image', resolve(archive)])];
  const holder = startHolder({
    what: 'the cluster',
    command: [process.execPath, script, ...options],
    directory: CLUSTER_DIRECTORY,
    say,
  });
  let left = false;
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    aborted.catch(() => {});
    const access = await Promise.race([holder.ready, aborted]);
    noteKept(CLUSTER_DIRECTORY, access);
    holder.keep();
    left = true;
    return access;
  } finally {
    if (!left) await holder.end();
  }
}

/** The first line is for the shell, the others are for a person. */
function printUse({ kubeconfig, bin }: Omit<Kept, 'startTime'>): void {
  process.stdout.write(`export KUBECONFIG=${kubeconfig} PATH=${bin}:$PATH\n`);
  for (const line of ['kubectl get nodes', 'make cluster-down      ends it']) say(line);
}
