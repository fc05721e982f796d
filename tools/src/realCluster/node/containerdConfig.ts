import type { NodeConfig } from './nodeConfig.ts';

export const CONTAINERD_SOCKET = 'unix:///run/containerd/containerd.sock';

/** Image of the first container of every Pod. */
export const PAUSE_IMAGE = 'nicdiag.dev/pause:1';

/** Of version 2, which containerd 1 and 2 both read. */
export function containerdConfig({ runtime }: NodeConfig): string {
  return `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # A machine that is itself a container may lower no process's score: without this every Pod fails.
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${runtime.cni}"
  conf_dir = "/etc/cni/net.d"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  options = { SystemdCgroup = false }
`;
}

/** A bridge on the node, addresses out of the node's own range; what goes elsewhere is routed.
 * @source https://www.cni.dev/plugins/current/main/bridge/ */
export function podNetworkConfig({ pods }: NodeConfig): Record<string, unknown> {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
    ],
  };
}
