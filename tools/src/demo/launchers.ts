import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { MAIN, REPOSITORY } from '../stack/paths.ts';

/** Makes a directory for the PATH with helm and a `kubectl` that finds its plugin `nicdiag`.
 * @returns that directory */
export function installLaunchers(cluster: Cluster): string {
  const bin = join(cluster.nursery.directory, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(cluster.binaries.kubectl, join(bin, 'kubectl'));
  symlinkSync(cluster.binaries.helm, join(bin, 'helm'));
  const plugin = `#!/bin/sh\nexec '${process.execPath}' '${MAIN.cli}' "$@"\n`;
  writeFileSync(join(bin, 'kubectl-nicdiag'), plugin, { mode: 0o755 });
  // kubectl's own completion asks it.
  symlinkSync(`${REPOSITORY}cli/bin/kubectl_complete-nicdiag`, join(bin, 'kubectl_complete-nicdiag'));
  return bin;
}
