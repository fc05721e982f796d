import { API_VERSION, RESOURCES } from '@nicdiag/api';
import type { KubeClient } from '@nicdiag/kube';
import { type Check, dryCreate } from './check.ts';

/** That a capture is admitted from whoever may make one, and that this right reaches no further. To be run with a
 * ServiceAccount that has the role nicdiag-edit in the namespace and nicdiag-capture in the cluster, and nothing else. */
export function captureChecks(client: KubeClient, namespace: string): Check[] {
  const path = `/apis/${API_VERSION}/namespaces/${namespace}/${RESOURCES.DiagnosticCapture.plural}`;
  const capture = (impact: 'ReadOnly' | 'Intrusive'): object => ({
    apiVersion: API_VERSION,
    kind: 'DiagnosticCapture',
    metadata: { name: 'nicdiag-selftest', namespace },
    spec: {
      target: { nodeNames: ['nicdiag-selftest'] },
      impact,
      collectors: [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }],
    },
  });
  return [
    {
      title: 'a capture is admitted',
      run: (options) => dryCreate(client, path, capture('ReadOnly'), 'admitted', options),
    },
    {
      title: 'an intrusive capture needs the right to intrude',
      run: (options) => dryCreate(client, path, capture('Intrusive'), { refusedBy: 'nicdiag-intrude-rights' }, options),
    },
  ];
}
