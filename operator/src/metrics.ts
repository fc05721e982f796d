import { kubeMetrics, type MetricName, type MetricSpec, type MetricsSink } from '@nicdiag/kube';
import { Counter, createRegistry, Gauge, Histogram, type Registry } from '@nicdiag/runtime';

/** The operator's own, beside those of the controller runtime. */
const ownMetrics = [
  {
    name: 'nicdiag_captures_finished_total',
    kind: 'counter',
    help: 'Captures that finished, by reason',
    labels: ['reason'],
  },
  {
    name: 'nicdiag_capture_wall_seconds',
    kind: 'histogram',
    help: 'Time from acceptance to the end, by reason',
    labels: ['reason'],
  },
  {
    name: 'nicdiag_node_captures_ended_by_operator_total',
    kind: 'counter',
    help: 'Nodes that the operator ended, by reason',
    labels: ['reason'],
  },
] as const satisfies readonly MetricSpec[];

type OwnName = (typeof ownMetrics)[number]['name'];

/** From a request of milliseconds to a capture of a day. */
const buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

export interface OperatorMetrics extends MetricsSink {
  readonly registry: Registry;
  countOwn(name: OwnName, labels: Readonly<Record<string, string>>): void;
  observeOwn(name: OwnName, labels: Readonly<Record<string, string>>, seconds: number): void;
}

export function createOperatorMetrics(): OperatorMetrics {
  const registry = createRegistry();
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const { name, kind, help, labels } of [...kubeMetrics, ...ownMetrics]) {
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') counters.set(name, new Counter(common));
    else if (kind === 'gauge') gauges.set(name, new Gauge(common));
    else histograms.set(name, new Histogram({ ...common, buckets }));
  }
  const count = (name: MetricName | OwnName, labels: Readonly<Record<string, string>>, by = 1) =>
    counters.get(name)?.inc({ ...labels }, by);
  const gauge = (name: MetricName, labels: Readonly<Record<string, string>>, value: number) =>
    gauges.get(name)?.set({ ...labels }, value);
  const observe = (name: MetricName | OwnName, labels: Readonly<Record<string, string>>, seconds: number) =>
    histograms.get(name)?.observe({ ...labels }, seconds);
  return {
    registry,
    count,
    gauge,
    observe,
    countOwn: count,
    observeOwn: observe,
  };
}
