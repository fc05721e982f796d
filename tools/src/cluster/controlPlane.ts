import type { Binaries } from '../binaries/provideBinaries.ts';

/** What the three programs of a control plane are started with. */
export interface ControlPlaneFiles {
  readonly etcdData: string;
  readonly ca: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** RSA or ECDSA key that signs ServiceAccount tokens, and its public half. */
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  /** `token,user,uid,"group,…"` a line */
  readonly tokens: string;
  readonly adminKubeconfig: string;
  /** Anything else that the API server would keep. */
  readonly scratch: string;
}

export interface ControlPlanePorts {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

export type Command = readonly [string, ...string[]];

/** Audience of ordinary ServiceAccount tokens; ours for the artifact server is not among them. */
export const API_AUDIENCE = 'https://kubernetes.default.svc';

/** Controllers that run. None that needs a kubelet (node-lifecycle would taint every node), none that makes Pods:
 * `tools/` plays kubelet, scheduler and the workload controllers itself. Endpoints of Services are made from its Pods
 * as in any cluster. */
const CONTROLLERS = [
  'namespace-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'garbage-collector-controller',
  'clusterrole-aggregation-controller',
  'endpoints-controller',
  'endpointslice-controller',
  'resourcequota-controller',
];

export function etcdCommand(binaries: Binaries, files: ControlPlaneFiles, ports: ControlPlanePorts): Command {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    binaries.etcd,
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
    // The data directory does not outlive the cluster: nothing is to be saved from a power failure.
    '--unsafe-no-fsync',
  ];
}

export function apiServerCommand(binaries: Binaries, files: ControlPlaneFiles, ports: ControlPlanePorts): Command {
  return [
    binaries['kube-apiserver'],
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    // Nobody is told of it (no endpoint reconciler); without it the server looks for a default route and ends where
    // there is none.
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    `--cert-dir=${files.scratch}`,
    `--tls-cert-file=${files.serverCertificate}`,
    `--tls-private-key-file=${files.serverKey}`,
    `--client-ca-file=${files.ca}`,
    `--token-auth-file=${files.tokens}`,
    '--authorization-mode=RBAC',
    `--service-account-issuer=${API_AUDIENCE}`,
    `--api-audiences=${API_AUDIENCE}`,
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    // It would publish 127.0.0.1, which it refuses itself.
    '--endpoint-reconciler-type=none',
    '--allow-privileged=true',
    // A development cluster ends at once; clients of a real one are given time to find another API server.
    '--shutdown-delay-duration=0s',
    '--shutdown-watch-termination-grace-period=1s',
    '--profiling=false',
    '-v=1',
  ];
}

export function controllerManagerCommand(binaries: Binaries, files: ControlPlaneFiles): Command {
  return [
    binaries['kube-controller-manager'],
    `--kubeconfig=${files.adminKubeconfig}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.ca}`,
    '--leader-elect=false',
    '--secure-port=0',
    // At the default its caches take 4.5 s to fill.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '-v=1',
  ];
}
