import test from 'ava';
import { readCaptureFile } from '../../src/capture/readCaptureFile.ts';
import { UsageError } from '../../src/exitCodes.ts';
import { testIo } from '../testIo.ts';

const GOOD = `
apiVersion: nicdiag.dev/v1alpha1
kind: DiagnosticCapture
metadata: {name: slow-rail-3}
spec:
  target: {nodeNames: [gpu-a]}
  collectors: [{name: regs, type: RegisterDump, registerDump: {set: Standard}}]
`;
const none = { given: undefined, fallback: 'default' };
const read = (stdin: string, namespace: { given: string | undefined; fallback: string } = none) =>
  readCaptureFile('-', namespace, testIo({ stdin }).io);

test('the namespace is the file’s, else the command line’s, else the context’s', async (t) => {
  const inFile = GOOD.replace('{name: slow-rail-3}', '{name: slow-rail-3, namespace: sre}');
  t.is((await read(GOOD)).metadata.namespace, 'default');
  t.is((await read(GOOD, { given: 'team', fallback: 'default' })).metadata.namespace, 'team');
  t.is((await read(inFile)).metadata.namespace, 'sre');
  t.is((await read(inFile, { given: 'sre', fallback: 'default' })).metadata.namespace, 'sre');
  await t.throwsAsync(read(inFile, { given: 'team', fallback: 'default' }), {
    instanceOf: UsageError,
    message: /metadata.namespace sre, but --namespace is team/,
  });
});

test('the spec is passed on as it stands: the API server judges it', async (t) => {
  const draft = await read(GOOD.replace('nodeNames: [gpu-a]', 'nodeName: typo'));
  t.deepEqual(draft.spec.target as unknown, { nodeName: 'typo' });
});

test('what is not one DiagnosticCapture is refused with what it is', async (t) => {
  for (const [text, message] of [
    ['', /must hold one DiagnosticCapture, it has 0 documents/],
    [`${GOOD}---${GOOD}`, /it has 2 documents/],
    [
      'kind: Pod\napiVersion: v1\nmetadata: {name: x}\nspec: {}',
      /must hold a DiagnosticCapture of nicdiag.dev\/v1alpha1/,
    ],
    ['just text', /must hold a DiagnosticCapture/],
    ['a: [', /is not YAML: /],
    [GOOD.replace('{name: slow-rail-3}', '{}'), /metadata.name, or metadata.generateName, is required/],
    [GOOD.replace('metadata: {name: slow-rail-3}', 'metadata: 3'), /metadata and spec must be objects/],
  ] as const) {
    await t.throwsAsync(read(text), { instanceOf: UsageError, message });
  }
  await t.throwsAsync(readCaptureFile('/nonexistent.yaml', none, testIo().io), {
    instanceOf: UsageError,
    message: /cannot read \/nonexistent.yaml/,
  });
});
