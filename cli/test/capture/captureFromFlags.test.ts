import test from 'ava';
import { captureFromFlags, selectorOf } from '../../src/capture/captureFromFlags.ts';
import { COLLECTOR_FLAGS, collectorsOf } from '../../src/capture/collectorFlags.ts';
import { UsageError } from '../../src/exitCodes.ts';
import { checkSpec } from '../../src/local/run/checkSpec.ts';

test('flags make the capture that a file would', (t) => {
  const draft = captureFromFlags('why-down', 'sre', {
    node: ['gpu-b'],
    device: ['98:00.0', 'mlx5_1', 'enp23s0np0'],
    collector: ['LinkDiagnostics', 'registerdump=paos,PDDR', 'RegisterDump'],
    impact: 'ReadOnly',
    deadline: '5m',
    maxNodes: '4',
  });
  t.deepEqual(draft.metadata, { name: 'why-down', namespace: 'sre' });
  t.deepEqual(draft.spec as unknown, {
    target: {
      nodeNames: ['gpu-b'],
      devices: { pciAddresses: ['0000:98:00.0'], rdmaDevices: ['mlx5_1'], interfaces: ['enp23s0np0'] },
    },
    collectors: [
      { name: 'link-diagnostics', type: 'LinkDiagnostics' },
      {
        name: 'register-dump',
        type: 'RegisterDump',
        registerDump: { registers: [{ name: 'PAOS' }, { name: 'PDDR' }] },
      },
      { name: 'register-dump-2', type: 'RegisterDump', registerDump: { set: 'Standard' } },
    ],
    impact: 'ReadOnly',
    deadline: '5m',
    parallelism: { maxNodes: 4 },
  });
  t.notThrows(() => checkSpec(draft.spec, 'flags'));
});

test('without a name the API server makes one', (t) => {
  const { metadata } = captureFromFlags(undefined, 'sre', { nodeSelector: 'pool=h200', collector: ['Health'] });
  t.deepEqual(metadata, { generateName: 'capture-', namespace: 'sre' });
});

for (const [value, options] of [
  ['RegisterDump=All', { registerDump: { set: 'All' } }],
  ['CapabilityDump', { capabilityDump: { mode: 'Current' } }],
  ['CapabilityDump=Both', { capabilityDump: { mode: 'Both' } }],
  ['LinkDiagnostics=eye', { linkDiagnostics: { eye: true } }],
  ['NvConfig=Current,NextBoot', { nvConfig: { values: ['Current', 'NextBoot'] } }],
  ['ObjectDump=qp,CQ', { objectDump: { objects: [{ type: 'QP' }, { type: 'CQ' }] } }],
  ['ResourceDump', { resourceDump: {} }],
  ['ResourceDump=FULL_QPC', { resourceDump: { segments: [{ name: 'FULL_QPC' }] } }],
  ['CoreDump=General', { coreDump: { type: 'General' } }],
  ['HostState', {}],
  ['Health=dump', { health: { dump: true } }],
] as const) {
  test(`--collector ${value}`, (t) => {
    const [collector] = collectorsOf([value]);
    const { name: _, type: __, ...given } = collector ?? { name: '', type: '' };
    t.deepEqual(given as unknown, options);
  });
}

test('each type of collector can be named, and the schema takes what comes of it', (t) => {
  for (const { type } of COLLECTOR_FLAGS) {
    const value = type === 'ObjectDump' ? 'ObjectDump=QP' : type;
    const impact = type === 'CoreDump' ? 'Intrusive' : 'ReadOnly';
    const { spec } = captureFromFlags('x', 'default', { node: ['a'], collector: [value], impact });
    t.notThrows(() => checkSpec(spec, type), type);
  }
});

for (const [title, flags, message] of [
  ['no node', { collector: ['Health'] }, /which nodes\?/],
  ['nodes and a selector', { node: ['a'], nodeSelector: 'x=y', collector: ['Health'] }, /goes with neither/],
  ['an unknown type', { node: ['a'], collector: ['Mystery'] }, /there is no such type; there are RegisterDump/],
  ['something behind what takes nothing', { node: ['a'], collector: ['HostState=x'] }, /takes nothing/],
  ['objects without types', { node: ['a'], collector: ['ObjectDump'] }, /needs types of objects/],
  ['no number', { node: ['a'], collector: ['Health'], maxNodes: 'many' }, /--max-nodes must be a number/],
  ['a selector that is none', { nodeSelector: 'a=b=c', collector: ['Health'] }, /"a=b=c" is no requirement/],
] as const) {
  test(`refused: ${title}`, (t) => {
    t.throws(() => captureFromFlags('x', 'default', flags), { instanceOf: UsageError, message });
  });
}

for (const [text, selector] of [
  ['pool=h200', { matchLabels: { pool: 'h200' } }],
  ['pool==h200,rack=7', { matchLabels: { pool: 'h200', rack: '7' } }],
  [
    'feature.node.kubernetes.io/pci-15b3.present=true',
    { matchLabels: { 'feature.node.kubernetes.io/pci-15b3.present': 'true' } },
  ],
  [
    'zone in (a, b),!spare',
    {
      matchExpressions: [
        { key: 'zone', operator: 'In', values: ['a', 'b'] },
        { key: 'spare', operator: 'DoesNotExist' },
      ],
    },
  ],
  [
    'zone notin (a),pool',
    {
      matchExpressions: [
        { key: 'zone', operator: 'NotIn', values: ['a'] },
        { key: 'pool', operator: 'Exists' },
      ],
    },
  ],
  ['pool!=cpu', { matchExpressions: [{ key: 'pool', operator: 'NotIn', values: ['cpu'] }] }],
] as const) {
  test(`a label selector as kubectl takes it: ${text}`, (t) => t.deepEqual(selectorOf(text) as unknown, selector));
}
