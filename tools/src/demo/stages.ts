import { fileURLToPath } from 'node:url';
import { provideBinaries } from '../binaries/provideBinaries.ts';
import { privateMounts } from '../privateMounts.ts';
import { provideClusterPrograms } from '../realCluster/provideClusterPrograms.ts';

/** What a demo is played on. */
export interface Stage {
  /** For the headline. */
  readonly title: string;
  /** Gets what must be there first.
   * @throws Error with what is missing */
  provide(options: { readonly say: (line: string) => void; readonly signal: AbortSignal }): Promise<unknown>;
  /** The background process that holds it, and its environment. */
  holder(): { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> };
}

/** `make demo`: every program a process of this machine. */
export const PROCESSES: Stage = {
  title: 'A control plane, three emulated hosts, and nicdiag: operator, artifact server, an agent on each host',
  async provide(options) {
    privateMounts();
    await provideBinaries(options);
  },
  holder() {
    const { prefix, env } = privateMounts();
    return { command: [...prefix, process.execPath, script('hold.ts')], env };
  },
};

/** `make demo-cluster`: nodes with kubelets, images, `helm install`. */
export const NODES: Stage = {
  title: 'A cluster with three nodes, each an emulated host, and nicdiag on it by helm',
  async provide(options) {
    if (process.geteuid?.() !== 0)
      throw new Error('nodes are made of namespaces, cgroups and mounts: run this as root');
    await provideClusterPrograms(options);
  },
  holder: () => ({ command: [process.execPath, script('holdCluster.ts')], env: {} }),
};

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
