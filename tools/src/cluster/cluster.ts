import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Binaries } from '../binaries/provideBinaries.ts';
import type { Nursery } from '../nursery/nursery.ts';
import type { AdminClient, ApiObject } from './adminClient.ts';
import type { ApiServerProcess } from './apiServerProcess.ts';
import { type BoundToken, type BoundTokenOptions, boundToken } from './boundToken.ts';
import type { CertificateAuthority } from './certificates.ts';
import type { ClusterSecrets } from './clusterFiles.ts';
import { createWhenAdmitted } from './createWhenAdmitted.ts';
import { type Credential, renderKubeconfig } from './kubeconfig.ts';
import { KubectlError, type KubectlOptions, type KubectlResult, runKubectl } from './kubectl.ts';
import { nodeObject, podStatus, readyNodeStatus } from './nodeObject.ts';
import { nodeAddress, ownAddress } from './ownAddress.ts';

export interface PodOptions {
  readonly namespace: string;
  readonly name: string;
  readonly nodeName: string;
  readonly serviceAccount: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Whole spec where the few fields above are not enough; nodeName and serviceAccountName are put into it. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

/** A running control plane and what one does to it. */
export interface Cluster extends AsyncDisposable {
  readonly nursery: Nursery;
  readonly binaries: Binaries;
  /** URL of the API server. */
  readonly server: string;
  /** PEM file of the CA that signs the API server's certificate. */
  readonly caFile: string;
  /** The administrator's. */
  readonly kubeconfig: string;
  readonly adminToken: string;
  readonly authority: CertificateAuthority;
  /** Requests as administrator. */
  readonly admin: AdminClient;
  /** Address of this machine that Pods and Services may have.
   * @throws NoAddressError when it has none that the API server's service proxy would call */
  readonly address: string;
  /** Runs kubectl as administrator, or with another kubeconfig, and returns its stdout.
   * @throws KubectlError when it exits with another code than 0 */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** The same for a command that may fail: a refusal is what the test wants to see. */
  tryKubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** Writes the kubeconfig of a user whom only RBAC knows, with a client certificate.
   * @returns its path */
  userKubeconfig(user: string, groups?: readonly string[], namespace?: string): Promise<string>;
  /** Writes a kubeconfig with any credential.
   * @returns its path */
  writeKubeconfig(name: string, credential: Credential, namespace?: string): string;
  /** Creates a Node that is Ready. */
  createNode(name: string, labels?: Readonly<Record<string, string>>): Promise<ApiObject>;
  /** Creates a Pod bound to a node; waits for its ServiceAccount, which a controller may be making. */
  createPod(options: PodOptions): Promise<ApiObject>;
  /** @param pod `ip` is its own address; the machine's when there is none
   * @param restarts shown by kubectl */
  setPodReady(
    pod: { readonly namespace: string; readonly name: string; readonly ip?: string },
    ready: boolean,
    restarts?: number,
  ): Promise<void>;
  /** A ServiceAccount token, as the kubelet would project it into a Pod. */
  boundToken(options: BoundTokenOptions): Promise<BoundToken>;
  stopApiServer(signal?: NodeJS.Signals): Promise<void>;
  startApiServer(): Promise<void>;
  restartApiServer(signal?: NodeJS.Signals): Promise<void>;
}

interface ClusterParts {
  readonly nursery: Nursery;
  readonly binaries: Binaries;
  readonly server: string;
  readonly secrets: ClusterSecrets;
  readonly admin: AdminClient;
  readonly apiServer: ApiServerProcess;
}

export function createCluster({ nursery, binaries, server, secrets, admin, apiServer }: ClusterParts): Cluster {
  const { files, authority, adminToken } = secrets;
  const address = nodeAddress();
  const writeKubeconfig: Cluster['writeKubeconfig'] = (name, credential, namespace = 'default') => {
    const path = join(nursery.directory, `${name.replaceAll(/[^\w.-]/g, '_')}.kubeconfig`);
    const content = renderKubeconfig({ server, ca: authority.certificate, user: name, credential, namespace });
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const tryKubectl: Cluster['tryKubectl'] = (args, options) =>
    runKubectl(binaries.kubectl, args, files.adminKubeconfig, options);
  const podPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
  return {
    nursery,
    binaries,
    server,
    caFile: files.ca,
    kubeconfig: files.adminKubeconfig,
    adminToken,
    authority,
    admin,
    get address() {
      return ownAddress(nursery.directory);
    },
    tryKubectl,
    writeKubeconfig,
    async kubectl(args, options) {
      const result = await tryKubectl(args, options);
      if (result.code !== 0) throw new KubectlError(args, result);
      return result.stdout;
    },
    async userKubeconfig(user, groups = [], namespace) {
      return writeKubeconfig(user, await authority.client(user, groups), namespace);
    },
    async createNode(name, labels) {
      await admin.request('POST', '/api/v1/nodes', { body: nodeObject(name, labels) });
      // The API server taints new nodes as not ready; the controller that would lift that does not run.
      const untainted = { body: { spec: { taints: null } }, contentType: 'application/merge-patch+json' } as const;
      await admin.request('PATCH', `/api/v1/nodes/${name}`, untainted);
      return await admin.object('PATCH', `/api/v1/nodes/${name}/status`, {
        body: readyNodeStatus(address),
        contentType: 'application/merge-patch+json',
      });
    },
    async createPod({ namespace, name, nodeName, serviceAccount, labels, annotations, ownerReferences, spec }) {
      const containers = [{ name: 'main', image: 'none' }];
      const body = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace, name, labels, annotations, ownerReferences },
        spec: { containers, ...spec, nodeName, serviceAccountName: serviceAccount },
      };
      return await createWhenAdmitted(admin, podPath(namespace), body);
    },
    async setPodReady({ namespace, name, ip = address }, ready, restarts = 0) {
      const path = `${podPath(namespace)}/${name}`;
      const containers = containerNames(await admin.object('GET', path));
      await admin.request('PATCH', `${path}/status`, {
        body: podStatus({ host: address, pod: ip }, ready, containers, restarts),
        contentType: 'application/merge-patch+json',
      });
    },
    boundToken: (options) => boundToken(admin, options),
    stopApiServer: (signal) => apiServer.stop(signal),
    startApiServer: () => apiServer.start(),
    async restartApiServer(signal) {
      await apiServer.stop(signal);
      await apiServer.start();
    },
    async [Symbol.asyncDispose]() {
      admin.close();
      await nursery[Symbol.asyncDispose]();
    },
  };
}

function containerNames(pod: ApiObject): string[] {
  const { containers = [] } = pod['spec'] as { readonly containers?: ReadonlyArray<{ readonly name: string }> };
  return containers.map(({ name }) => name);
}
