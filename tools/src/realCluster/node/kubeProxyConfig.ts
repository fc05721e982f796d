import type { NodeConfig } from './nodeConfig.ts';

/** @source https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ */
export function kubeProxyConfig({ name, allPods, credentials }: NodeConfig): Record<string, unknown> {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clusterCIDR: allPods,
    hostnameOverride: name,
    clientConnection: { kubeconfig: credentials.kubeProxy },
    oomScoreAdj: 0,
    // Sizes of the connection table are the whole machine's: left alone.
    conntrack: { maxPerCore: 0, min: 0, tcpCloseWaitTimeout: '0s', tcpEstablishedTimeout: '0s' },
  };
}
