import { getSystemErrorMap } from 'node:util';
import type { Item } from '@nicdiag/mlx5';
import { statusName } from '@nicdiag/mlx5/decode';
import { commandByOpcode } from '@nicdiag/mlx5/prm';
import { Counter, createRegistry, Gauge, Histogram, type Registry } from '@nicdiag/runtime';
import type { CaptureRecord, CollectorRecord } from './journal/captureRecord.ts';

/** What the agent counts; names as in the controller-runtime and Kubernetes worlds where one exists. */
export interface AgentMetrics {
  readonly registry: Registry;
  /** @param atMs server time */
  firstCommand(capture: CaptureRecord, atMs: number): void;
  items(items: readonly Item[]): void;
  collectorEnded(capture: CaptureRecord, collector: string, record: CollectorRecord): void;
  captureEnded(capture: CaptureRecord, state: string, reason: string): void;
  apiAnswer(answer: { readonly method: string; readonly code: string; readonly seconds: number }): void;
  upload(result: string, storedBytes: number): void;
  laneLost(): void;
}

/** Read at scrape time. */
export interface AgentGauges {
  readonly lanesActive: () => number;
  readonly lanesLost: () => number;
  readonly uploadsPending: () => number;
  readonly spoolBytes: () => number;
  readonly openCaptures: () => number;
}

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const COMMAND_SECONDS = [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.1, 1, 10, 60];

/** @param host of the API server, a label of `rest_client_requests_total` */
export function createAgentMetrics(host: string): AgentMetrics {
  const registry = createRegistry();
  const registers = [registry];
  const commands = new Counter({
    name: 'nicdiag_fw_commands_total',
    help: 'Commands sent to firmware, by operation and how firmware or the transport answered',
    labelNames: ['op', 'status'],
    registers,
  });
  const commandSeconds = new Histogram({
    name: 'nicdiag_fw_command_seconds',
    help: 'Time of one command in the kernel and in firmware',
    labelNames: ['op'],
    buckets: COMMAND_SECONDS,
    registers,
  });
  const startLatency = new Histogram({
    name: 'nicdiag_capture_start_latency_seconds',
    help: 'From the assignment of a capture to this node to the first command to firmware',
    buckets: SECONDS,
    enableExemplars: true,
    registers,
  });
  const duration = new Histogram({
    name: 'nicdiag_capture_duration_seconds',
    help: 'From the start of a capture on this node to the end of a collector on a device',
    labelNames: ['collector', 'result'],
    buckets: SECONDS,
    enableExemplars: true,
    registers,
  });
  const bytes = new Counter({
    name: 'nicdiag_capture_bytes_total',
    help: 'Bytes of evidence: as collected, as compressed in the spool, as acknowledged by the artifact server',
    labelNames: ['collector', 'stage'],
    registers,
  });
  const captures = new Counter({
    name: 'nicdiag_captures_total',
    help: 'Captures that this agent has ended, by state and reason',
    labelNames: ['state', 'reason'],
    registers,
  });
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server, by method and status code',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Time to the head of the answer of the API server',
    labelNames: ['verb', 'host'],
    buckets: SECONDS,
    registers,
  });
  const uploads = new Counter({
    name: 'nicdiag_uploads_total',
    help: 'Tries to bring a blob or a manifest to the artifact server, by result',
    labelNames: ['result'],
    registers,
  });
  const lost = new Counter({
    name: 'nicdiag_lanes_given_up_total',
    help: 'Lanes that were given up because a command did not come back',
    registers,
  });

  return {
    registry,
    firstCommand(capture, atMs) {
      if (capture.firstCommandAt !== undefined) return;
      const value = Math.max(0, atMs - Date.parse(capture.assignedAt)) / 1000;
      startLatency.observe({ value, exemplarLabels: exemplar(capture) });
    },
    items(items) {
      for (const { frames } of items) {
        for (const { opcode, status, errno, elapsedNs } of frames) {
          const op = commandByOpcode(opcode)?.name ?? `0x${opcode.toString(16)}`;
          commands.inc({ op, status: errno === 0 ? statusName(status) : errnoName(errno) });
          commandSeconds.observe({ op }, Number(elapsedNs) / 1e9);
        }
      }
    },
    collectorEnded(capture, collector, { state, totalBytes, storedBytes }) {
      const type = capture.work.collectors.find(({ name }) => name === collector)?.type ?? 'unknown';
      duration.observe({
        labels: { collector: type, result: state },
        value: Math.max(0, Date.now() - Date.parse(capture.startedAt)) / 1000,
        exemplarLabels: exemplar(capture),
      });
      bytes.inc({ collector: type, stage: 'collected' }, totalBytes);
      bytes.inc({ collector: type, stage: 'spooled' }, storedBytes);
    },
    captureEnded: (_capture, state, reason) => captures.inc({ state, reason }),
    apiAnswer({ method, code, seconds }) {
      requests.inc({ code, method, host });
      requestSeconds.observe({ verb: method, host }, seconds);
    },
    upload(result, storedBytes) {
      uploads.inc({ result });
      if (result === 'acknowledged') bytes.inc({ collector: 'all', stage: 'uploaded' }, storedBytes);
    },
    laneLost: () => lost.inc(),
  };
}

/** Leads from a bucket to a capture that is in it. */
function exemplar({ capture }: CaptureRecord): Readonly<Record<string, string>> {
  return { capture_uid: capture.uid };
}

function errnoName(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`;
}

/** Gauges that ask the parts of the agent when Prometheus does. */
export function registerGauges(registry: Registry, gauges: AgentGauges): void {
  for (const [name, help, read] of [
    ['nicdiag_lanes_active', 'Lanes at work on a device', gauges.lanesActive],
    ['nicdiag_lanes_lost', 'Lanes stuck in a command right now', gauges.lanesLost],
    ['nicdiag_uploads_pending', 'Transfers to the artifact server that are under way or wait', gauges.uploadsPending],
    ['nicdiag_spool_bytes', "Bytes in the agent's spool", gauges.spoolBytes],
    ['nicdiag_captures_open', 'Captures with something left to do', gauges.openCaptures],
  ] as const) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
}
