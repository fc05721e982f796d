import type { CaptureDocument } from './captures.ts';
import type { Refusal } from './refusedCaptures.ts';

/** The capture that is edited: everything said, so that everything can be changed. */
export function wholeCapture(name: string): CaptureDocument {
  return {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'DiagnosticCapture',
    metadata: { name, namespace: 'default' },
    spec: {
      target: {
        nodeSelector: { matchLabels: { pool: 'h200' }, matchExpressions: [{ key: 'gpu', operator: 'Exists' }] },
        devices: {
          pciAddresses: ['0000:03:00.0'],
          interfaces: ['ens1f0np0'],
          rdmaDevices: ['mlx5_0'],
          models: ['ConnectX-7'],
          psids: ['MT_0000000838'],
          functions: ['PF', 'VF'],
          linkState: 'Up',
        },
      },
      collectors: [
        { name: 'regs', type: 'RegisterDump', registerDump: { registers: [{ name: 'PPCNT' }, { id: '0x5031' }] } },
        { name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Both' } },
      ],
      impact: 'ReadOnly',
      deadline: '10m',
      nodeDeadline: '3m',
      parallelism: { maxNodes: 4 },
      limits: { maxBytesPerDevice: '1Mi', maxBytesTotal: '1Gi' },
      retention: { ttlAfterFinished: '1h', hold: false },
      cancel: false,
    },
  };
}

const edit = (field: string, value: unknown) => (capture: CaptureDocument) => {
  capture.spec[field] = value;
};
const devices = (fields: Record<string, unknown>) => (capture: CaptureDocument) => {
  Object.assign(capture.spec.target['devices'] as object, fields);
};

const TARGET = /spec\.target: .*target is immutable/;
const COLLECTORS = /spec\.collectors: .*collectors is immutable/;
const COLLECTOR_ORDER = /spec\.collectors: .*collectors is immutable, its order included/;
const LIMITS = /spec\.limits: .*limits is immutable/;
const NODE_DEADLINE = /spec: .*nodeDeadline is immutable/;

/** Edits of {@link wholeCapture} that are refused. */
export const REFUSED_EDITS: readonly Refusal[] = [
  ['another way to choose nodes', edit('target', { nodeNames: ['gpu-a'] }), [TARGET]],
  ['another node selector', edit('target', { nodeSelector: { matchLabels: { pool: 'b200' } } }), [TARGET]],
  ['other PCI addresses', devices({ pciAddresses: ['0000:04:00.0'] }), [TARGET]],
  ['other interfaces', devices({ interfaces: ['ens2'] }), [TARGET]],
  ['other RDMA devices', devices({ rdmaDevices: ['mlx5_1'] }), [TARGET]],
  ['other models', devices({ models: ['ConnectX-6'] }), [TARGET]],
  ['other boards', devices({ psids: ['MT_1'] }), [TARGET]],
  ['other functions', devices({ functions: ['PF'] }), [TARGET]],
  ['another link state', devices({ linkState: 'Any' }), [TARGET]],
  [
    'a collector more',
    (capture) => capture.spec.collectors.push({ name: 'more', type: 'CapabilityDump', capabilityDump: {} }),
    [COLLECTORS],
  ],
  ['a collector less', (capture) => capture.spec.collectors.pop(), [COLLECTORS]],
  ['collectors in another order', (capture) => capture.spec.collectors.reverse(), [COLLECTOR_ORDER]],
  [
    'registers in another order',
    (capture) => {
      const { registers } = capture.spec.collectors[0]!['registerDump'] as { registers: unknown[] };
      registers.reverse();
    },
    [COLLECTORS],
  ],
  [
    'another mode',
    (capture) => {
      capture.spec.collectors[1]!['capabilityDump'] = { mode: 'Current' };
    },
    [COLLECTORS],
  ],
  ['another deadline', edit('deadline', '11m'), [/spec\.deadline: .*deadline is immutable/]],
  ['another nodeDeadline', edit('nodeDeadline', '4m'), [NODE_DEADLINE]],
  ['no nodeDeadline', (capture) => Reflect.deleteProperty(capture.spec, 'nodeDeadline'), [NODE_DEADLINE]],
  ['another parallelism', edit('parallelism', { maxNodes: 5 }), [/spec\.parallelism: .*parallelism is immutable/]],
  ['another limit per device', edit('limits', { maxBytesPerDevice: '2Mi', maxBytesTotal: '1Gi' }), [LIMITS]],
  ['another limit in all', edit('limits', { maxBytesPerDevice: '1Mi', maxBytesTotal: '2Gi' }), [LIMITS]],
];
