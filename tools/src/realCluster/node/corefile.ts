import type { NodeConfig } from './nodeConfig.ts';

/** Cluster DNS is a program of every node, at the node's own address: nothing waits for a Pod of it, and no node's end takes
 * it from others.
 * @source https://coredns.io/plugins/kubernetes/ */
export function corefile({ credentials }: NodeConfig): string {
  return `.:53 {
    errors
    cache 5
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        kubeconfig ${credentials.dns}
    }
}
`;
}
