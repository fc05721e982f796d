import { Nicdiag } from '@nicdiag/pulumi';

/** Agents on the nodes with Mellanox devices, artifacts on a class of fast disks, alerts for the Prometheus Operator. */
const nicdiag = new Nicdiag('nicdiag', {
  image: { registry: 'registry.example/nicdiag' },
  agent: { nodeSelector: { 'feature.node.kubernetes.io/pci-15b3.present': 'true' } },
  artifacts: { storage: { className: 'fast', size: '500Gi' } },
  monitoring: { podMonitors: { enabled: true }, alerts: { enabled: true } },
});

export const systemNamespace = nicdiag.systemNamespace;
