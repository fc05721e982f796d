/** A DiagnosticCapture as a user would write it: only what is required. */
export interface CaptureDocument {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: { [field: string]: unknown; target: Record<string, unknown>; collectors: Record<string, unknown>[] };
}

/** The smallest valid capture. */
export function smallestCapture(name: string): CaptureDocument {
  return {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'DiagnosticCapture',
    metadata: { name, namespace: 'default' },
    spec: {
      target: { nodeNames: ['gpu-a'] },
      collectors: [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }],
    },
  };
}

/** A collector with registers of one's own. */
export function withRegisters(...registers: Record<string, unknown>[]): Record<string, unknown>[] {
  return [{ name: 'regs', type: 'RegisterDump', registerDump: { registers } }];
}

/** A target by label selector. */
export function selecting(nodeSelector: Record<string, unknown>): Record<string, unknown> {
  return { nodeSelector };
}
