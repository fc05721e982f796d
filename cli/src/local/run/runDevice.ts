import { join } from 'node:path';
import {
  type CaptureIdentity,
  type CollectorFindings,
  collectorOutcome,
  createCollectorSpool,
  type DeviceManifest,
  type DeviceOutcome,
  describeDevice,
  foldCollectors,
  type LaneEnd,
  type ManifestChannel,
  type ReportedEnd,
  type SpooledBlob,
  type TimeSpan,
} from '@nicdiag/artifacts';
import { type DeviceIdentity, type DevlinkAccess, type LaneEvent, type NicFunction, runLane } from '@nicdiag/mlx5';
import { itemDecoder } from '@nicdiag/mlx5/decode';
import type { CaptureSpec } from './checkSpec.ts';

export interface DeviceRun {
  readonly capture: CaptureIdentity;
  readonly node: string;
  readonly version: string;
  readonly spec: CaptureSpec;
  /** What firmware said of the device before. */
  readonly identity: DeviceIdentity;
  readonly maxBytes: number;
  readonly devlink: DevlinkAccess;
  /** Where its files go, a folder a collector. */
  readonly directory: string;
}

export interface DeviceEvidence {
  readonly manifest: DeviceManifest;
  readonly outcome: DeviceOutcome;
  readonly blobs: readonly SpooledBlob[];
}

/** What is known of one collector so far. */
interface Progress {
  end?: ReportedEnd;
  span?: TimeSpan;
}

function newProgress(): Progress {
  return {};
}

/** Runs the collectors of a capture on one device of this host, into files.
 * @throws SpoolError when they cannot be written */
export async function runDevice(
  device: NicFunction,
  run: DeviceRun,
  { signal }: { readonly signal: AbortSignal },
): Promise<DeviceEvidence> {
  const { spec } = run;
  await using open = new AsyncDisposableStack();
  const collectors = await Promise.all(
    spec.collectors.map(async (collector) => {
      const spool = await createCollectorSpool(join(run.directory, collector.name), {
        decoder: itemDecoder,
        collectorType: collector.type,
      });
      open.use(spool);
      return { collector, spool, progress: newProgress() };
    }),
  );
  const of = (name: string) => {
    const found = collectors.find(({ collector }) => collector.name === name);
    if (found === undefined) throw new Error(`the lane tells of collector ${name}, which was not asked for`);
    return found;
  };
  let channel: ManifestChannel | undefined;
  let lane: LaneEnd = { outcome: 'crashed', message: 'the lane ended without a word' };

  const take = async (event: LaneEvent): Promise<void> => {
    switch (event.type) {
      case 'opened':
        channel = { kind: device.kind, abi: event.info.abi, uid: event.info.uid };
        return;
      case 'collectorStarted':
        of(event.name).progress.span = {
          startedAt: timeOf(event.wallMs),
          startedNs: String(event.monotonicNs),
          estimate: event.estimate,
        };
        return;
      case 'items':
        return of(event.collector).spool.append(event.items);
      case 'collectorEnded': {
        const { progress } = of(event.end.name);
        const finished = { finishedAt: timeOf(event.wallMs), finishedNs: String(event.monotonicNs) };
        progress.end = event.end;
        if (progress.span !== undefined) progress.span = { ...progress.span, ...finished };
        return;
      }
      case 'ended':
        lane = { outcome: event.outcome, ...(event.message === undefined ? {} : { message: event.message }) };
        return;
      case 'firstCommand':
        return;
    }
  };
  const job = {
    device,
    impact: spec.impact,
    collectors: spec.collectors.map((collector) => ({ spec: collector, done: [] })),
    maxBytes: run.maxBytes,
    devlink: run.devlink,
  };
  for await (const event of runLane(job, { signal, inPlace: true })) await take(event);

  const findings: CollectorFindings[] = [];
  for (const { collector, spool, progress } of collectors) {
    const result = await spool.finish();
    const stop = signal.aborted ? 'Cancelled' : undefined;
    const outcome = collectorOutcome(collector.name, progress.end, lane, result, stop);
    findings.push({ type: collector.type, outcome, result, spans: progress.span === undefined ? [] : [progress.span] });
  }
  const manifest = describeDevice({
    capture: run.capture,
    node: run.node,
    device: {
      pciAddress: device.pciAddress,
      model: device.model,
      deviceId: `0x${device.deviceId.toString(16).padStart(4, '0')}`,
      function: device.function,
      asic: device.asic,
      ...run.identity,
    },
    ...(channel === undefined ? {} : { channel }),
    agentVersion: run.version,
    layoutVersion: itemDecoder.layoutVersion,
    impact: spec.impact,
    collectors: findings,
  });
  const outcome = foldCollectors(findings.map((finding) => finding.outcome));
  return { manifest, outcome, blobs: findings.flatMap(({ result }) => result?.blobs ?? []) };
}

function timeOf(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
