import { CONTAINERD_SOCKET } from './containerdConfig.ts';
import type { NodeConfig } from './nodeConfig.ts';

/** @source https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export function kubeletConfig({ address, cgroup, credentials }: NodeConfig): Record<string, unknown> {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: CONTAINERD_SOCKET,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: credentials.ca },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: credentials.kubeletCertificate,
    tlsPrivateKeyFile: credentials.kubeletKey,
    clusterDNS: [address],
    clusterDomain: 'cluster.local',
    // Two kubelets on one /kubepods would delete each other's.
    cgroupRoot: cgroup,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    // The default asks for CAP_SYS_RESOURCE.
    oomScoreAdj: 0,
    // All nodes share one disk, which may be nearly full without it being their fault.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    // A node that is gone is missed in seconds instead of most of a minute.
    nodeLeaseDurationSeconds: 20,
    nodeStatusUpdateFrequency: '5s',
  };
}
