import { kubeMetrics, type MetricName, type MetricsSink } from '@nicdiag/kube';
import { Counter, createRegistry, Gauge, Histogram, type Registry } from '@nicdiag/runtime';

const SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];

/** What the server counts. Names and meanings are in docs/. */
export interface ServerMetrics {
  readonly registry: Registry;
  /** Of the client to the API server. */
  readonly kube: MetricsSink;
  readonly requests: Counter<'route' | 'code'>;
  readonly requestSeconds: Histogram<'route'>;
  readonly refused: Counter<'reason'>;
  readonly ingestBytes: Counter<'kind'>;
  readonly downloadBytes: Counter<'route'>;
  readonly storeBytes: Gauge<'kind'>;
  readonly seals: Counter;
  readonly sweptBlobs: Counter;
  readonly sweepHeld: Gauge;
}

export function createServerMetrics(): ServerMetrics {
  const registry = createRegistry();
  const registers = [registry];
  return {
    registry,
    kube: kubeSink(registry),
    requests: new Counter({
      ...{ name: 'nicdiag_artifact_requests_total', help: 'Requests by route and HTTP status', registers },
      labelNames: ['route', 'code'],
    }),
    requestSeconds: new Histogram({
      ...{ name: 'nicdiag_artifact_request_seconds', help: 'Time from request to end of the answer', registers },
      ...{ labelNames: ['route'], buckets: SECONDS },
    }),
    refused: new Counter({
      ...{ name: 'nicdiag_artifact_refused_total', help: 'Refused requests by reason', registers },
      labelNames: ['reason'],
    }),
    ingestBytes: new Counter({
      name: 'nicdiag_artifact_ingest_bytes_total',
      help: 'Bytes of verified blobs: logical before compression, physical as received',
      ...{ registers, labelNames: ['kind'] },
    }),
    downloadBytes: new Counter({
      ...{ name: 'nicdiag_artifact_download_bytes_total', help: 'Bytes sent to users', registers },
      labelNames: ['route'],
    }),
    storeBytes: new Gauge({
      name: 'nicdiag_artifact_store_bytes',
      help: 'Bytes in the store: logical as captures refer to them, physical on disk',
      ...{ registers, labelNames: ['kind'] },
    }),
    seals: new Counter({ name: 'nicdiag_artifact_seals_total', help: 'Revisions of seals written', registers }),
    sweptBlobs: new Counter({ name: 'nicdiag_artifact_swept_blobs_total', help: 'Blobs removed', registers }),
    sweepHeld: new Gauge({
      name: 'nicdiag_artifact_sweep_held_captures',
      help: 'Captures that vanished with most others at once and are kept until the hold is over',
      registers,
    }),
  };
}

/** The kube client's metrics in this registry, each made when it is first used. */
function kubeSink(registry: Registry): MetricsSink {
  const specOf = (name: MetricName) => {
    const spec = kubeMetrics.find((candidate) => candidate.name === name);
    if (spec === undefined) throw new TypeError(`no metric ${name}`);
    return { name: spec.name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
  };
  const counters = new Map<MetricName, Counter>();
  const gauges = new Map<MetricName, Gauge>();
  const histograms = new Map<MetricName, Histogram>();
  return {
    count: (name, labels, by = 1) => made(counters, name, () => new Counter(specOf(name))).inc({ ...labels }, by),
    gauge: (name, labels, value) => made(gauges, name, () => new Gauge(specOf(name))).set({ ...labels }, value),
    observe: (name, labels, seconds) =>
      made(histograms, name, () => new Histogram({ ...specOf(name), buckets: SECONDS })).observe(
        { ...labels },
        seconds,
      ),
  };
}

function made<K, T>(map: Map<K, T>, key: K, make: () => T): T {
  const there = map.get(key);
  if (there !== undefined) return there;
  const fresh = make();
  map.set(key, fresh);
  return fresh;
}
