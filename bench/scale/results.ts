import type { AgentTimes } from './agents.ts';
import { meansBy, type Samples, sumBy } from './metrics.ts';
import type { UsageLog } from './processes.ts';

/** One capture of all nodes. Times are milliseconds from just before the POST of the capture; of the plain loop, from
 * its first write. */
export interface RoundResult {
  readonly what: 'floor' | 'operator';
  /** 0: the NicNodes are made, as in the first capture of a cluster */
  readonly round: number;
  /** the assignment came over the agent's watch */
  readonly seenP50: number;
  readonly seenP99: number;
  readonly seenLast: number;
  /** the agent has read its NodeCapture: its next step is to the device */
  readonly readP50: number;
  readonly readP99: number;
  readonly readLast: number;
  /** the last agent's final status was accepted */
  readonly writtenLast: number;
  /** the capture's status says that it has finished */
  readonly complete: number | undefined;
  /** CPU seconds until the last agent had its work */
  readonly cpuApiServer: number;
  readonly cpuEtcd: number;
  readonly cpuOperator: number | undefined;
  readonly cpuAgents: number;
  readonly cpuOthers: number;
  /** the same until the last final status was accepted */
  readonly cpuApiServerWhole: number;
  readonly cpuOperatorWhole: number | undefined;
  /** MiB */
  readonly operatorRssAnon: number | undefined;
  readonly operatorVmRss: number | undefined;
  /** the operator's writes for each node, from POST until nothing is left to do */
  readonly operatorWrites: number | undefined;
  /** where the API server's time went, as tables */
  readonly details: Readonly<Record<string, unknown>>;
}

export function summarise(times: readonly AgentTimes[], started: number, usage: UsageLog, operator: boolean) {
  const sorted = (field: keyof AgentTimes) => times.map((each) => each[field] - started).toSorted((a, b) => a - b);
  const at = (list: readonly number[], share: number) => list[Math.ceil(share * list.length) - 1] ?? Number.NaN;
  const [seen, read, written] = [sorted('seen'), sorted('read'), sorted('written')];
  const cpu = (name: string, to: number) => round(usage.cpu(name, started, started + to), 100);
  const started99 = at(read, 1);
  const ended = at(written, 1);
  const { rssAnon, vmRss } = operator ? usage.peak('operator') : {};
  return {
    seenP50: at(seen, 0.5),
    seenP99: at(seen, 0.99),
    seenLast: at(seen, 1),
    readP50: at(read, 0.5),
    readP99: at(read, 0.99),
    readLast: at(read, 1),
    writtenLast: ended,
    cpuApiServer: cpu('apiServer', started99),
    cpuEtcd: cpu('etcd', started99),
    cpuOperator: operator ? cpu('operator', started99) : undefined,
    cpuAgents: cpu('agents', started99),
    cpuOthers: round(usage.others(started, started + started99), 100),
    cpuApiServerWhole: cpu('apiServer', ended),
    cpuOperatorWhole: operator ? cpu('operator', ended) : undefined,
    operatorRssAnon: rssAnon && Math.round(rssAnon),
    operatorVmRss: vmRss && Math.round(vmRss),
  };
}

/** Where the API server's time went. */
export function details(added: Samples): RoundResult['details'] {
  return {
    requests: meansBy(added, 'apiserver_request_duration_seconds', ['verb', 'resource', 'subresource']).slice(0, 8),
    admission: meansBy(added, 'apiserver_admission_controller_admission_duration_seconds', ['name', 'type']).slice(
      0,
      4,
    ),
    etcd: meansBy(added, 'etcd_request_duration_seconds', ['operation', 'type']).slice(0, 4),
    queued: meansBy(added, 'apiserver_flowcontrol_request_wait_duration_seconds', ['flow_schema', 'execute']).slice(
      0,
      4,
    ),
  };
}

/** Writes of objects so far; the Lease is kept by PUT. */
export function writesIn(samples: Samples): number {
  const byMethod = sumBy(samples, 'rest_client_requests_total', ['method']);
  return ['POST', 'PATCH', 'DELETE'].reduce((sum, method) => sum + (byMethod.get(method) ?? 0), 0);
}

export function round(value: number, by: number): number {
  return Math.round(value * by) / by;
}
