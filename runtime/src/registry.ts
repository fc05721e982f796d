import { type OpenMetricsContentType, Registry as PromRegistry } from 'prom-client';

/** Where a program's metrics are registered. */
export type Registry = PromRegistry<OpenMetricsContentType>;

/** A registry that is served as OpenMetrics: histograms may carry exemplars, which lead from a slow bucket to the
 * capture that is in it. Prometheus reads it from 2.5 on. */
export function createRegistry(): Registry {
  const registry = new PromRegistry<OpenMetricsContentType>();
  registry.setContentType(PromRegistry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}
