import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from '../../cluster/controlPlane.ts';
import { CONTAINERD_SOCKET, containerdConfig, podNetworkConfig } from './containerdConfig.ts';
import { corefile } from './corefile.ts';
import { kubeletConfig } from './kubeletConfig.ts';
import { kubeProxyConfig } from './kubeProxyConfig.ts';
import type { NodeConfig } from './nodeConfig.ts';

export type NodeProgram = 'containerd' | 'dns' | 'kube-proxy' | 'kubelet';

/** What runs on every node beside Pods. */
export function nodePrograms(config: NodeConfig): Readonly<Record<NodeProgram, Command>> {
  const { binaries, credentials, name } = config;
  const file = (program: string): string => programFile(config, program);
  return {
    containerd: ['containerd', '--config', file('containerd')],
    dns: [binaries.coredns, '-conf', file('dns')],
    'kube-proxy': [binaries['kube-proxy'], `--config=${file('kube-proxy')}`],
    kubelet: [
      binaries.kubelet,
      `--config=${file('kubelet')}`,
      `--kubeconfig=${credentials.kubelet}`,
      `--hostname-override=${name}`,
      `--node-ip=${config.address}`,
    ],
  };
}

/** Writes their configurations. */
export function writeProgramFiles(config: NodeConfig): void {
  const files = {
    [programFile(config, 'containerd')]: containerdConfig(config),
    [programFile(config, 'dns')]: corefile(config),
    [programFile(config, 'kube-proxy')]: JSON.stringify(kubeProxyConfig(config)),
    [programFile(config, 'kubelet')]: JSON.stringify(kubeletConfig(config)),
    '/etc/cni/net.d/10-pods.conflist': JSON.stringify(podNetworkConfig(config)),
    // ctr and crictl find containerd without being told.
    '/etc/crictl.yaml': `runtime-endpoint: ${CONTAINERD_SOCKET}\n`,
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

function programFile({ disk }: NodeConfig, program: string): string {
  return join(disk.run, `${program}.conf`);
}
