import { mkdirSync, writeFileSync } from 'node:fs';
import type { Cluster } from '../cluster/cluster.ts';
import { freePort } from '../cluster/freePort.ts';
import type { Nursery } from '../nursery/nursery.ts';
import { type PodProgram, runPod } from './podProgram.ts';
import { type ArtifactsAccess, artifactServerCommand } from './programCommands.ts';

export interface ArtifactServer extends PodProgram, ArtifactsAccess {
  /** Directory of its filesystem store. */
  readonly store: string;
}

/** Names by which agents, operator and service proxy may call it. */
function serverNames(address: string): string[] {
  const service = 'nicdiag-artifacts.nicdiag-system.svc';
  return [service, `${service}.cluster.local`, 'localhost', '127.0.0.1', address];
}

/** Starts the artifact server on the address of this machine that the API server's service proxy agrees to call: one
 * of a loopback interface it refuses. */
export async function startArtifactServer(
  cluster: Cluster,
  nursery: Nursery,
  options: { readonly nodeName: string; readonly signal: AbortSignal },
): Promise<ArtifactServer> {
  const host = cluster.address;
  const [port, healthPort] = [await freePort(host), await freePort()];
  const directory = `${nursery.directory}/artifacts`;
  const store = `${directory}/store`;
  mkdirSync(store, { recursive: true });
  const write = (name: string, content: string): string => {
    writeFileSync(`${directory}/${name}`, content, { mode: 0o600 });
    return `${directory}/${name}`;
  };
  const { certificate, key } = await cluster.authority.server(serverNames(host));
  const certificateFile = write('tls.crt', certificate);
  const keyFile = write('tls.key', key);
  const caFile = write('ca.crt', cluster.authority.certificate);
  const program = await runPod(cluster, nursery, {
    name: 'nicdiag-artifacts',
    namespace: 'nicdiag-system',
    serviceAccount: 'nicdiag-artifacts',
    labels: { 'app.kubernetes.io/name': 'nicdiag-artifacts' },
    nodeName: options.nodeName,
    ports: { https: port },
    healthPort,
    signal: options.signal,
    command: ({ tokenFile }) =>
      artifactServerCommand({
        kubeconfig: cluster.writeKubeconfig('nicdiag-artifacts', { tokenFile }, 'nicdiag-system'),
        store,
        host,
        port,
        certificateFile,
        keyFile,
        healthPort,
      }),
  });
  return Object.assign(program, { store, url: `https://${host}:${port}`, caFile });
}
