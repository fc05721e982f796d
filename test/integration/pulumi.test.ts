import { readFileSync } from 'node:fs';
import {
  ARGUMENT_TYPES,
  argumentTypes,
  type Cluster,
  renderChartObjects,
  renderForPulumi,
  startCluster,
} from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import fc from 'fast-check';
import { chartObjects } from '../../pulumi/src/chartObjects.ts';
import type { KubernetesObject } from '../../pulumi/src/kubernetesObject.ts';
import type { ChartRenderings } from '../../pulumi/src/rendering.ts';
import { arbitraryValues } from './pulumi/values.ts';

/* The objects of the Pulumi component are those of the chart, whatever the values; and the API server takes them. */
const test = anyTest as TestFn<{ cluster: Cluster; chart: ChartRenderings }>;

test.before(async (t) => {
  t.timeout(600_000);
  const cluster = await startCluster({ name: 'pulumi' });
  t.context = { cluster, chart: renderForPulumi(cluster.binaries.helm) };
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

/** By what an object is; several of them would hide one another. */
function byName(objects: readonly KubernetesObject[]): Record<string, KubernetesObject> {
  const named = objects.map((object): [string, KubernetesObject] => {
    const { kind, metadata } = object;
    return [`${kind} ${metadata.namespace ?? ''}/${metadata.name}`, object];
  });
  if (new Set(named.map(([name]) => name)).size !== named.length) throw new Error('two objects have the same name');
  return Object.fromEntries(named);
}

test('whatever the values, it has the objects that helm prints', (t) => {
  const { cluster, chart } = t.context;
  fc.assert(
    fc.property(arbitraryValues, (values) => {
      const printed = byName(renderChartObjects(cluster.binaries.helm, values));
      t.deepEqual(byName(chartObjects(values as object, chart)), printed);
    }),
    { numRuns: Number(process.env['NICDIAG_PULUMI_RUNS'] ?? 25) },
  );
});

test('the API server takes all of them, without a warning', async (t) => {
  const { cluster, chart } = t.context;
  const given = { image: { registry: 'registry.example' } };
  const objects = chartObjects(given, chart);
  const apply = (stdin: string) => cluster.tryKubectl(['apply', '--server-side', '-f', '-'], { stdin });
  // CRDs and namespaces first, as the component has it.
  const first = objects.filter(({ kind }) => kind === 'Namespace' || kind === 'CustomResourceDefinition');
  for (const part of [first, objects.filter((object) => !first.includes(object))]) {
    const { code, stderr } = await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: part }));
    t.is(code, 0, stderr);
    t.is(stderr, '');
  }
});

test('the types of its arguments are those of the chart’s schema: "make generate" writes them', async (t) => {
  t.is(readFileSync(ARGUMENT_TYPES, 'utf8'), await argumentTypes());
});

for (const [given, says] of [
  [{}, /image\.registry/],
  [{ image: { registry: 'r' }, artifacts: { tls: { source: 'Secret' } } }, /secretName.*\n.*caBundle/],
  [{ image: { registry: 'r' }, artifacts: { tls: { secretName: 'x' } } }, /source must be Secret/],
  [{ image: { registry: 'r' }, artifacts: { externalEndpoint: { enabled: true } } }, /source must be Secret/],
  [{ image: { registry: 'r' }, artifacts: { storage: { type: 'S3' } } }, /artifacts\.s3\.bucket and .*region/],
  [{ image: { registry: 'r' }, artifacts: { s3: { bucket: 'captures' } } }, /type must be S3/],
] as const) {
  test(`arguments that nothing can be made of are refused: ${JSON.stringify(given)}`, (t) => {
    t.throws(() => chartObjects(given, t.context.chart), { name: 'ArgumentError', message: says });
  });
}
