import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Cluster, startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { type CaptureDocument, selecting, smallestCapture, withRegisters } from './validation/captures.ts';
import { installCrds } from './validation/installCrds.ts';
import { REFUSED_CAPTURES } from './validation/refusedCaptures.ts';
import { REFUSED_EDITS, wholeCapture } from './validation/refusedEdits.ts';

/** The API server's own validation: the CRDs alone, without policies, as administrator. */
const test = anyTest as TestFn<{ cluster: Cluster }>;
const root = fileURLToPath(new URL('../../', import.meta.url));
const MERGE = 'application/merge-patch+json';
const CAPTURES = '/apis/nicdiag.dev/v1alpha1/namespaces/default/diagnosticcaptures';

test.before(async (t) => {
  t.timeout(600_000);
  const cluster = await startCluster({ name: 'api-validation' });
  t.context.cluster = cluster;
  await installCrds(cluster);
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

const apply = async (cluster: Cluster, document: CaptureDocument, ...flags: string[]) =>
  await cluster.tryKubectl(['apply', ...flags, '-f', '-'], { stdin: JSON.stringify(document) });

for (const [given, edit, says] of REFUSED_CAPTURES) {
  test.serial(`kubectl apply refuses ${given}, naming field and rule`, async (t) => {
    const capture = smallestCapture('refused');
    edit(capture);
    const { code, stderr } = await apply(t.context.cluster, capture);
    t.not(code, 0);
    for (const message of says) t.regex(stderr, message);
  });
}

for (const [given, edit, says] of REFUSED_EDITS) {
  test.serial(`once created, a capture does not take ${given}`, async (t) => {
    const { cluster } = t.context;
    const capture = wholeCapture('edited');
    const created = await apply(cluster, capture);
    t.is(created.code, 0, created.stderr);
    edit(capture);
    const { code, stderr } = await apply(cluster, capture);
    t.not(code, 0);
    for (const message of says) t.regex(stderr, message);
  });
}

for (const [given, edit] of [
  [
    'another retention',
    (capture) => Object.assign(capture.spec, { retention: { ttlAfterFinished: '2h', hold: true } }),
  ],
  ['cancel', (capture) => Object.assign(capture.spec, { cancel: true })],
] as const satisfies readonly (readonly [string, (capture: CaptureDocument) => void])[]) {
  test.serial(`once created, a capture takes ${given}`, async (t) => {
    const { cluster } = t.context;
    const capture = wholeCapture(`takes-${given.split(' ').at(-1)}`);
    await apply(cluster, capture);
    edit(capture);
    const { code, stderr } = await apply(cluster, capture);
    t.is(code, 0, stderr);
  });
}

test.serial('cancel cannot be taken back', async (t) => {
  const capture = smallestCapture('cancelled');
  capture.spec['cancel'] = true;
  t.is((await apply(t.context.cluster, capture)).code, 0);
  capture.spec['cancel'] = false;
  const { code, stderr } = await apply(t.context.cluster, capture);
  t.not(code, 0);
  t.regex(stderr, /spec\.cancel: .*cancel cannot be taken back/);
});

for (const [given, edit] of [
  [
    'every node, said so',
    (spec) =>
      Object.assign(spec, {
        target: selecting({ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'Exists' }] }),
      }),
  ],
  [
    '1,024 node names',
    (spec) => Object.assign(spec.target, { nodeNames: Array.from({ length: 1024 }, (_, n) => `gpu-${n}`) }),
  ],
  [
    'empty lists in the device filter',
    (spec) => Object.assign(spec.target, { devices: { pciAddresses: [], models: [] } }),
  ],
  [
    'registers by name and by id, with index fields',
    (spec) =>
      Object.assign(spec, {
        collectors: withRegisters({ name: 'PPCNT', index: { local_port: '1', grp: '0x16' } }, { id: '0x5031' }),
      }),
  ],
  [
    'an eye measurement with impact DebugWrite',
    (spec) =>
      Object.assign(spec, {
        collectors: [{ name: 'l', type: 'LinkDiagnostics', linkDiagnostics: { eye: true } }],
        impact: 'DebugWrite',
      }),
  ],
  [
    'collectors whose options are left out',
    (spec) =>
      Object.assign(spec, {
        collectors: [
          { name: 'l', type: 'LinkDiagnostics' },
          { name: 'f', type: 'FirmwareInfo' },
          { name: 'n', type: 'NvConfig' },
        ],
      }),
  ],
  [
    'numbers without quotes',
    (spec) =>
      Object.assign(spec, {
        collectors: [
          ...withRegisters({ name: 'PPCNT', index: { local_port: 1, grp: 0x12 } }, { id: 0x5031 }),
          { name: 'qps', type: 'ObjectDump', objectDump: { objects: [{ type: 'QP', ids: 256 }] } },
          { name: 'd', type: 'ResourceDump', resourceDump: { segments: [{ id: 0x1000, index: 1, index2: 2 }] } },
        ],
      }),
  ],
  [
    'an unknown register by number and length, with impact Intrusive',
    (spec) => Object.assign(spec, { impact: 'Intrusive', collectors: withRegisters({ id: '0x90f3', length: 64 }) }),
  ],
  ['a name of 63 characters', (_spec, metadata) => Object.assign(metadata, { name: 'a'.repeat(63) })],
  ['the longest deadline', (spec) => Object.assign(spec, { deadline: '24h', nodeDeadline: '1h30m' })],
] as const satisfies readonly (readonly [
  string,
  (spec: CaptureDocument['spec'], metadata: CaptureDocument['metadata']) => void,
])[]) {
  test.serial(`kubectl apply accepts ${given}`, async (t) => {
    const capture = smallestCapture('accepted');
    edit(capture.spec, capture.metadata);
    const { code, stderr } = await apply(t.context.cluster, capture, '--dry-run=server');
    t.is(code, 0, stderr);
  });
}

for (const file of readdirSync(`${root}examples`).filter((name) => name.endsWith('.yaml'))) {
  test.serial(`examples/${file} is accepted`, async (t) => {
    const { code, stderr } = await t.context.cluster.tryKubectl([
      'apply',
      '--dry-run=server',
      '-f',
      `${root}examples/${file}`,
    ]);
    t.is(code, 0, stderr);
  });
}

test.serial('what a capture does not say is filled in', async (t) => {
  const { cluster } = t.context;
  const { spec } = await cluster.admin.object('POST', CAPTURES, { body: smallestCapture('defaults') });
  t.deepEqual(spec, {
    ...smallestCapture('').spec,
    target: { nodeNames: ['gpu-a'], devices: { functions: ['PF'], linkState: 'Any' } },
    impact: 'ReadOnly',
    deadline: '10m',
    parallelism: { maxNodes: 32 },
    limits: { maxBytesPerDevice: '256Mi', maxBytesTotal: '20Gi' },
    retention: { ttlAfterFinished: '168h', hold: false },
    cancel: false,
  });
});

test.serial('kubectl explain tells units and defaults', async (t) => {
  t.regex(await t.context.cluster.kubectl(['explain', 'dcap.spec.deadline']), /1s to 24h\. Default `10m`/);
});

test.serial('the category and the short names are known to kubectl', async (t) => {
  const { cluster } = t.context;
  const resources = await cluster.kubectl(['api-resources', '--categories=nicdiag', '-o', 'name']);
  t.is(resources.trim().split('\n').length, 5);
  for (const short of ['dcap', 'ncap', 'nnode', 'nicdev']) await cluster.kubectl(['get', short, '-A']);
  t.pass();
});

const condition = (type: string, status: 'True' | 'False', reason: string) => ({
  type,
  status,
  reason,
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

test.serial('kubectl get shows how a capture ended, kubectl wait waits for it', async (t) => {
  const { cluster } = t.context;
  await cluster.admin.request('POST', CAPTURES, { body: smallestCapture('ended') });
  const status = {
    observedGeneration: 1,
    progress: '3/3',
    totalBytes: 1234,
    conditions: [
      condition('Finished', 'True', 'Finished'),
      condition('Succeeded', 'True', 'WithUnsupported'),
      condition('Ready', 'True', 'WithUnsupported'),
      condition('Reconciling', 'False', 'Finished'),
      condition('Stalled', 'False', 'WithUnsupported'),
    ],
  };
  await cluster.admin.request('PATCH', `${CAPTURES}/ended/status`, { body: { status }, contentType: MERGE });
  const table = await cluster.kubectl(['get', 'dcap', 'ended']);
  t.regex(table, /NAME\s+NODES\s+FINISHED\s+SUCCEEDED\s+REASON\s+BYTES\s+AGE/);
  t.regex(table, /ended\s+3\/3\s+True\s+True\s+WithUnsupported\s+1234/);
  await cluster.kubectl(['wait', 'dcap/ended', '--for=condition=Finished', '--timeout=5s']);
});

test.serial('a status names at most 20 failures, and a condition once', async (t) => {
  const { cluster } = t.context;
  await cluster.admin.request('POST', CAPTURES, { body: smallestCapture('bounded') });
  const write = (status: object) =>
    cluster.admin.request('PATCH', `${CAPTURES}/bounded/status`, { body: { status }, contentType: MERGE });
  const failures = Array.from({ length: 21 }, () => ({ node: 'gpu-a', reason: 'AgentLost' }));
  await t.throwsAsync(write({ failures }), { message: /status\.failures: Too many: 21: must have at most 20 items/ });
  const conditions = [condition('Ready', 'True', 'Succeeded'), condition('Ready', 'False', 'Failed')];
  await t.throwsAsync(write({ conditions }), { message: /status\.conditions\[1\]: Duplicate value/ });
  await write({ failures: failures.slice(1) });
});
