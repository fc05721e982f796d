/** Where the runtime reports what it does. A program plugs in its registry; without one nothing is counted. */
export interface MetricsSink {
  /** Adds to a counter. */
  count(name: MetricName, labels: Readonly<Record<string, string>>, by?: number): void;
  /** Sets a gauge. */
  gauge(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void;
  /** Adds one observation to a histogram, in seconds. */
  observe(name: MetricName, labels: Readonly<Record<string, string>>, seconds: number): void;
}

export interface MetricSpec {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** Names and labels are controller-runtime's, so that its dashboards work.
 * @source https://book.kubebuilder.io/reference/metrics-reference */
export const kubeMetrics = [
  metric(
    'controller_runtime_reconcile_total',
    'counter',
    'Reconciliations per controller and result',
    'controller',
    'result',
  ),
  metric('controller_runtime_reconcile_errors_total', 'counter', 'Reconciliations that failed', 'controller'),
  metric('controller_runtime_reconcile_time_seconds', 'histogram', 'Time per reconciliation', 'controller'),
  metric('controller_runtime_active_workers', 'gauge', 'Workers in use', 'controller'),
  metric('controller_runtime_max_concurrent_reconciles', 'gauge', 'Workers there are', 'controller'),
  metric('workqueue_depth', 'gauge', 'Keys waiting', 'name'),
  metric('workqueue_adds_total', 'counter', 'Keys added', 'name'),
  metric('workqueue_queue_duration_seconds', 'histogram', 'Time a key waits', 'name'),
  metric('workqueue_work_duration_seconds', 'histogram', 'Time a key is worked on', 'name'),
  metric('workqueue_retries_total', 'counter', 'Keys added again after a failure', 'name'),
  metric('workqueue_unfinished_work_seconds', 'gauge', 'Sum of the ages of the work in progress', 'name'),
  metric('workqueue_longest_running_processor_seconds', 'gauge', 'Age of the oldest work in progress', 'name'),
  metric('rest_client_requests_total', 'counter', 'Requests to the API server', 'code', 'method', 'host'),
  metric('rest_client_request_duration_seconds', 'histogram', 'Time until the answer begins', 'verb', 'host'),
  metric('leader_election_master_status', 'gauge', '1 while this process leads', 'name'),
] as const satisfies readonly MetricSpec[];

export type MetricName = (typeof kubeMetrics)[number]['name'];

/** Counts nothing. */
export const noMetrics: MetricsSink = { count() {}, gauge() {}, observe() {} };

function metric<const N extends string>(
  name: N,
  kind: MetricSpec['kind'],
  help: string,
  ...labels: readonly string[]
): MetricSpec & { readonly name: N } {
  return { name, kind, help, labels };
}
