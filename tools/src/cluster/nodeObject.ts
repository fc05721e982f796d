/** A Node as a kubelet would register it, for API servers without kubelets. */
export function nodeObject(name: string, labels: Readonly<Record<string, string>> = {}): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels } },
  };
}

/** Status of a Node on which Pods may run. */
export function readyNodeStatus(address: string): Record<string, unknown> {
  const resources = { cpu: '8', memory: '64Gi', pods: '110' };
  return {
    status: {
      addresses: [{ type: 'InternalIP', address }],
      capacity: resources,
      allocatable: resources,
      conditions: [condition('Ready', true, 'KubeletReady')],
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: '',
        osImage: '',
        containerRuntimeVersion: '',
        kubeletVersion: '',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
}

/** Status of a Pod whose programs run.
 * @param containers their names
 * @param restarts how often they were started again */
export function podStatus(
  addresses: { readonly host: string; readonly pod: string },
  ready: boolean,
  containers: readonly string[],
  restarts: number,
): Record<string, unknown> {
  const startedAt = new Date().toISOString();
  return {
    status: {
      phase: 'Running',
      hostIP: addresses.host,
      hostIPs: [{ ip: addresses.host }],
      podIP: addresses.pod,
      podIPs: [{ ip: addresses.pod }],
      startTime: startedAt,
      containerStatuses: containers.map((name) => ({
        name,
        ready,
        started: true,
        restartCount: restarts,
        image: '',
        imageID: '',
        state: { running: { startedAt } },
      })),
      conditions: [
        condition('Initialized', true),
        condition('PodScheduled', true),
        condition('ContainersReady', ready, ready ? undefined : 'ContainersNotReady'),
        condition('Ready', ready, ready ? undefined : 'ContainersNotReady'),
      ],
    },
  };
}

function condition(type: string, status: boolean, reason?: string): Record<string, unknown> {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  return {
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: now,
    ...(reason ? { reason, message: reason } : {}),
  };
}
