import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Cluster, type Manifest, parseManifests, renderChart, startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { metricsIn } from './chart/promql.ts';

/* What the chart makes for the Prometheus Operator. Its kinds are not in a cluster of ours, so these objects are looked at
 * and not sent; expressions are parsed as Prometheus parses them. */
interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Workload {
  readonly template: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: { readonly containers: readonly [{ readonly ports: ReadonlyArray<{ readonly name: string }> }] };
  };
}

const test = anyTest as TestFn<{ cluster: Cluster }>;
const page = readFileSync(fileURLToPath(new URL('../../docs/metrics.md', import.meta.url)), 'utf8');
const ALL = { monitoring: { podMonitors: { enabled: true, labels: { release: 'prom' } }, alerts: { enabled: true } } };

test.before(async (t) => {
  t.timeout(600_000);
  t.context.cluster = await startCluster({ name: 'chart-monitoring' });
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

const rendered = async (cluster: Cluster, values: unknown): Promise<Manifest[]> =>
  parseManifests(await renderChart(cluster, JSON.stringify(values)));

/** @throws Error when the object is not there */
function specOf<T>(manifests: readonly Manifest[], is: (manifest: Manifest) => boolean): T {
  const found = manifests.find(is);
  if (found === undefined) throw new Error('no such object is rendered');
  return found['spec'] as T;
}

async function alerts(cluster: Cluster, values: unknown = ALL): Promise<readonly Alert[]> {
  const manifests = await rendered(cluster, values);
  type Rule = { readonly groups: readonly [{ readonly rules: readonly Alert[] }] };
  return specOf<Rule>(manifests, ({ kind }) => kind === 'PrometheusRule').groups[0].rules;
}

test('nothing is made for the Prometheus Operator unless it is asked for', async (t) => {
  const kinds = (await rendered(t.context.cluster, {})).map(({ kind }) => kind);
  t.false(kinds.includes('PodMonitor'));
  t.false(kinds.includes('PrometheusRule'));
});

test('each program has a PodMonitor that finds its Pods and their port', async (t) => {
  const manifests = await rendered(t.context.cluster, ALL);
  const monitors = manifests.filter(({ kind }) => kind === 'PodMonitor');
  t.is(monitors.length, 3);
  for (const { metadata, spec } of monitors) {
    t.is(metadata.labels?.['release'], 'prom');
    const { selector, podMetricsEndpoints } = spec as {
      selector: { matchLabels: Record<string, string> };
      podMetricsEndpoints: readonly [{ port: string }];
    };
    const { template } = specOf<Workload>(
      manifests,
      ({ kind, metadata: { name, namespace } }) =>
        ['Deployment', 'DaemonSet'].includes(kind) && name === metadata.name && namespace === metadata.namespace,
    );
    t.like(template.metadata.labels, selector.matchLabels);
    t.true(template.spec.containers[0].ports.some(({ name }) => name === podMetricsEndpoints[0].port));
  }
});

test('an alert asks for metrics that are served, or that the kubelet serves', async (t) => {
  const own = new Set([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));
  for (const { alert, expr } of await alerts(t.context.cluster)) {
    const unknown = metricsIn(expr).filter((name) => !own.has(name) && !name.startsWith('kubelet_volume_stats_'));
    t.deepEqual(unknown, [], alert);
    t.not(metricsIn(expr).length, 0, alert);
  }
});

test('every alert has a severity and words, and docs/metrics.md says what to do', async (t) => {
  const documented = [...page.matchAll(/^\| `(Nicdiag\w+)` \|/gm)].map(([, name]) => name);
  const all = await alerts(t.context.cluster);
  t.deepEqual(
    all.map(({ alert }) => alert),
    documented,
  );
  for (const { alert, labels, annotations } of all) {
    t.regex(labels.severity, /^(critical|warning)$/, alert);
    t.truthy(annotations.summary && annotations.description, alert);
  }
});

test('the alert on a full spool follows the spool’s limit', async (t) => {
  const values = { ...ALL, agent: { spoolLimit: '512Mi' } };
  const spool = (await alerts(t.context.cluster, values)).find(({ alert }) => alert === 'NicdiagSpoolNearlyFull');
  t.is(spool?.expr, 'nicdiag_spool_bytes > 0.8 * 536870912');
});

test('what is no PromQL is noticed', (t) => {
  t.throws(() => metricsIn('sum by (x) nicdiag_spool_bytes >'), { message: /no PromQL/ });
  t.deepEqual(metricsIn('rate(a_total{x="b"}[5m]) > 0 and b'), ['a_total', 'b']);
});
