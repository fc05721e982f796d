import {
  createCollectorSpool,
  digestOf,
  type FinishedCollector,
  fittingManifestBytes,
  NO_PSID,
} from '@nicdiag/artifacts';
import { type DeviceFilter, matchesFilter, mayMean, type NicFunction, needsIdentity } from '@nicdiag/mlx5';
import { toError } from '@nicdiag/runtime';
import { crashPoint } from '../crashPoints.ts';
import type { DeviceRecord } from '../journal/captureRecord.ts';
import {
  chooseDevices,
  deviceEnded,
  deviceOf,
  finished,
  identified,
  reported,
  stopFor,
} from '../journal/transitions.ts';
import { budgetKey } from '../spool/spoolBudget.ts';
import { atServerTime } from './atServerTime.ts';
import { buildManifest } from './buildManifest.ts';
import type { CaptureContext } from './captureContext.ts';
import type { CaptureState } from './captureState.ts';
import { type CaptureUploads, createCaptureUploads } from './captureUploads.ts';
import { collectDevice } from './collectDevice.ts';
import { computeDeadline } from './deadline.ts';
import { finalStatus } from './nodeStatus.ts';
import { reportProgress } from './reportProgress.ts';
import { toRfc3339 } from './rfc3339.ts';

/** One capture from where its record stands to its end: choose devices, collect, upload, report, clean up. Every step
 * is in the journal before the next begins, so this function can be begun again at any of them.
 * Returns when nothing is left to do, the capture was deleted, or the agent shuts down. */
export async function runCapture(context: CaptureContext, capture: CaptureState): Promise<void> {
  const late = new AbortController();
  const uploads = createCaptureUploads(context, capture, {
    signal: AbortSignal.any([capture.everything, late.signal]),
  });
  const work: DeviceWork[] = [];
  try {
    await proceed(context, capture, uploads, work, late);
  } catch (thrown) {
    if (!capture.everything.aborted) throw thrown;
  }
  // A shutdown leaves everything for the next agent; a deleted capture leaves nothing behind.
  if (!capture.dropped.aborted) return;
  await Promise.allSettled(work);
  await cleanUp(context, capture);
  await context.journal.forget(capture.record.uid);
}

/** Collecting and uploading one device. */
type DeviceWork = Promise<void>;

async function proceed(
  context: CaptureContext,
  capture: CaptureState,
  uploads: CaptureUploads,
  work: DeviceWork[],
  late: AbortController,
): Promise<void> {
  const { deadline, nodeDeadline } = capture.record.work;
  const end = computeDeadline(deadline, nodeDeadline, capture.record.assignedAt);
  using _stopTimer = atServerTime(context.time, end.stopMs, () => capture.stop(end.reason));
  using progress = reportProgress(context, capture);

  // Begun for all devices at once: they wait for their lanes, their files for the artifact server.
  const devices = await choose(context, capture);
  for (const { device } of devices) {
    work.push(collectAndUpload(context, capture, uploads, device.pciAddress, progress.begin));
  }
  const evidence = Promise.allSettled(work);

  if (capture.record.reportedAt === undefined) {
    await untilEvidenceOrEnd(context, capture, evidence, end.endMs);
    await progress.end();
    capture.everything.throwIfAborted();
    await report(context, capture, uploads);
  }

  using _lateTimer = atServerTime(context.time, lateLimit(context, capture), () => {
    late.abort(new Error('the time in which late evidence is offered is over'));
  });
  const results = await evidence;
  capture.everything.throwIfAborted();
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue;
    const about = { device: devices[index]?.device.pciAddress, error: toError(result.reason) };
    capture.logger.error('the evidence of a device is given up', about);
  }
  crashPoint('before-finished');
  await cleanUp(context, capture);
  await context.journal.save(finished(capture.record, toRfc3339(context.time.now(), 'seconds')));
  capture.logger.info('the capture is finished');
}

/** Applies the device filter to what is there, once; a record that has its devices keeps them. */
async function choose(context: CaptureContext, capture: CaptureState): Promise<readonly DeviceRecord[]> {
  const { devices } = capture.record;
  if (devices !== undefined || capture.commands.aborted) return devices ?? [];
  const { devices: filter } = capture.record.work;
  const chosen: NicFunction[] = [];
  const silent: string[] = [];
  for (const device of context.inventory.scan()) {
    const asked = needsIdentity(filter) && mayMean(device, filter);
    const { psid } = asked ? await context.inventory.identify(device, { signal: capture.commands }) : {};
    if (matchesFilter({ ...device, ...(psid === undefined ? {} : { psid }) }, filter)) chosen.push(device);
    else if (asked && psid === undefined) silent.push(`${device.pciAddress} (${device.model}): ${NO_PSID}`);
  }
  if (capture.commands.aborted) return [];
  const meant = chosen.length > 0 ? [] : [...silent, ...meantButUnreachable(context, filter)];
  await capture.update((record) => chooseDevices(record, chosen, meant));
  capture.logger.info('devices are chosen', { devices: chosen.map(({ pciAddress }) => pciAddress) });
  crashPoint('devices-chosen');
  return capture.record.devices ?? [];
}

/** Cards in flash recovery or without a channel that the filter would have chosen, or may mean: they tell no PSID. */
function meantButUnreachable({ inventory }: CaptureContext, filter: DeviceFilter): readonly string[] {
  return inventory
    .unreachable()
    .filter(({ device }) => mayMean(device, filter))
    .map(({ device, reason }) => `${device.pciAddress} (${device.model}): ${reason}, ${device.message}`);
}

async function collectAndUpload(
  context: CaptureContext,
  capture: CaptureState,
  uploads: CaptureUploads,
  pciAddress: string,
  onTurn: () => void,
): Promise<void> {
  const known = deviceOf(capture.record, pciAddress);
  if (known.upload === undefined) {
    const onFiles = (result: FinishedCollector): void => uploads.files(pciAddress, result);
    if (known.manifest === undefined) {
      const concluded = await collectDevice(context, capture, { pciAddress, onFiles, onTurn });
      if (!concluded || deviceOf(capture.record, pciAddress).ended.length === 0) return;
      await endDevice(context, capture, pciAddress);
    }
  }
  await uploads.device(
    pciAddress,
    known.upload === undefined ? await loadResults(context, capture, pciAddress) : new Map(),
  );
}

/** Makes the manifest of a device whose collectors have all ended. */
async function endDevice(context: CaptureContext, capture: CaptureState, pciAddress: string): Promise<void> {
  const { device } = deviceOf(capture.record, pciAddress);
  const identity = await context.inventory.identify(device, { signal: capture.everything });
  capture.note((record) => identified(record, pciAddress, identity));
  const results = await loadResults(context, capture, pciAddress);
  const manifest = buildManifest(capture.record, deviceOf(capture.record, pciAddress), results, {
    node: context.nodeName,
    agentVersion: context.agentVersion,
    layoutVersion: context.decoder.layoutVersion,
  });
  const bytes = fittingManifestBytes(manifest);
  await context.spool.saveManifest(capture.record.uid, pciAddress, bytes);
  await capture.update((record) =>
    deviceEnded(record, pciAddress, { digest: digestOf(bytes), sizeBytes: bytes.byteLength }),
  );
  capture.logger.info('a device is done', { device: pciAddress, state: manifest.state, reason: manifest.reason });
  crashPoint('device-ended');
}

/** What the collectors of a device came to; made anew from the raw files where it was lost. */
async function loadResults(
  context: CaptureContext,
  capture: CaptureState,
  pciAddress: string,
): Promise<ReadonlyMap<string, FinishedCollector>> {
  const { uid, work } = capture.record;
  const results = new Map<string, FinishedCollector>();
  for (const { name } of deviceOf(capture.record, pciAddress).ended) {
    const saved = await context.spool.loadResult(uid, pciAddress, name);
    if (saved !== undefined) {
      results.set(name, saved);
      continue;
    }
    await using spool = await createCollectorSpool(context.spool.collector(uid, pciAddress, name), {
      decoder: context.decoder,
      collectorType: work.collectors.find((spec) => spec.name === name)?.type ?? '',
    });
    results.set(name, await spool.finish());
  }
  return results;
}

/** Waits until all evidence is in the store, the time is up, or somebody else has ended the capture. */
async function untilEvidenceOrEnd(
  context: CaptureContext,
  capture: CaptureState,
  evidence: Promise<unknown>,
  endMs: number,
): Promise<void> {
  const over = AbortSignal.any([capture.everything, capture.endedElsewhere]);
  if (over.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = atServerTime(context.time, endMs, resolve);
  evidence.then(() => resolve(), resolve);
  over.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}

/** The terminal status, once. */
async function report(context: CaptureContext, capture: CaptureState, uploads: CaptureUploads): Promise<void> {
  const finishedAt = toRfc3339(context.time.now(), 'milliseconds');
  if (!capture.endedElsewhere.aborted) {
    crashPoint('before-final-status');
    const status = finalStatus(capture.record, finishedAt, uploads.trouble);
    const result = await context.reporter.final(capture.record, status, { signal: capture.everything });
    crashPoint('after-final-status');
    capture.logger.info('the final status is written', { result, state: status.state, reason: status.reason });
    context.metrics.captureEnded(capture.record, status.state ?? 'Failed', status.reason ?? 'Failed');
    if (result === 'gone') return capture.drop();
    if (result === 'ended') capture.note((record) => stopFor(record, 'EndedElsewhere'));
  }
  await capture.update((record) => reported(record, finishedAt));
}

function lateLimit(context: CaptureContext, capture: CaptureState): number {
  return Date.parse(capture.record.reportedAt ?? '') + context.timing.lateUploadMs || context.time.now();
}

async function cleanUp(context: CaptureContext, capture: CaptureState): Promise<void> {
  const { uid, devices = [] } = capture.record;
  await context.spool.removeCapture(uid);
  for (const { device } of devices) context.budget.free(budgetKey(uid, device.pciAddress));
}
