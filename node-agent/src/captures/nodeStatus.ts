import type { CollectorResult, DeviceResult, NodeCaptureStatus } from '@nicdiag/api';
import {
  type CollectorOutcome,
  type DeviceOutcome,
  foldCollectors,
  foldDevices,
  type NodeOutcome,
  type StopReason,
} from '@nicdiag/artifacts';
import type { CaptureRecord, DeviceRecord } from '../journal/captureRecord.ts';

/** Status of a NodeCapture as a merge patch: `null` takes away what an earlier write had put there. */
export type StatusPatch = { readonly [K in keyof NodeCaptureStatus]: NodeCaptureStatus[K] | null };

/** What a terminal status may weigh for each device, with a floor of eight devices: 4 kB there (design §5). etcd and every
 * watcher carry it, so long messages are shortened before anything else is left out. */
const BYTES_PER_DEVICE = 512;
const MIN_BYTES = 4096;
/** Message lengths to try, longest first, with the number of collectors listed for each device. */
const SHORTENINGS = [
  { message: 256, collectors: 16 },
  { message: 128, collectors: 16 },
  { message: 80, collectors: 8 },
  { message: 40, collectors: 4 },
  { message: 0, collectors: 2 },
  { message: 0, collectors: 0 },
] as const;
/** The CRD's bound on `devices`. */
const MAX_DEVICES = 64;

/** While the capture is at work. */
export function runningStatus(record: CaptureRecord): StatusPatch {
  const devices = record.devices ?? [];
  const done = devices.filter(({ manifest }) => manifest !== undefined).length;
  return {
    state: 'Running',
    reason: 'Running',
    message: `${done} of ${devices.length} devices done`,
    startedAt: record.startedAt,
    firstCommandAt: record.firstCommandAt ?? null,
    ...bytes(devices),
  };
}

/** At the end; every device has ended or will not begin.
 * @param finishedAt RFC 3339, server time
 * @param trouble why the store has not taken everything, in its words */
export function finalStatus(record: CaptureRecord, finishedAt: string, trouble?: string): StatusPatch {
  const devices = (record.devices ?? []).slice(0, MAX_DEVICES);
  const outcomes = devices.map((device) => ({
    pciAddress: device.device.pciAddress,
    ...deviceOutcome(device, record.stop, trouble),
  }));
  const { state, reason, message } = nodeOutcome(record, outcomes);
  const limit = Math.max(MIN_BYTES, devices.length * BYTES_PER_DEVICE);
  const at = (shortening: (typeof SHORTENINGS)[number]): StatusPatch => ({
    state,
    reason,
    message: shorten(message, 512) ?? null,
    startedAt: record.startedAt,
    firstCommandAt: record.firstCommandAt ?? null,
    finishedAt,
    ...bytes(devices),
    devices: devices.map((device, index) => deviceResult(device, outcomes[index], shortening)),
  });
  const fitting = SHORTENINGS.find((shortening) => Buffer.byteLength(JSON.stringify(at(shortening))) <= limit);
  return at(fitting ?? { message: 0, collectors: 0 });
}

/** What came of one device, the way to the store included. */
export function deviceOutcome(device: DeviceRecord, stop: StopReason | undefined, trouble?: string): DeviceOutcome {
  if (device.manifest === undefined) {
    if (stop === 'DeadlineExceeded' || stop === 'NodeDeadlineExceeded')
      return { state: 'Failed', reason: stop, message: 'not done in time' };
    if (stop === undefined) {
      return { state: 'Failed', reason: 'CollectorError', message: 'the agent could not finish it; its log says why' };
    }
    return { state: 'Cancelled', reason: 'Cancelled', message: 'stopped before it was done' };
  }
  const folded = foldCollectors(device.ended);
  if (device.upload?.state === 'acknowledged') return folded;
  if (device.upload?.state === 'refused') {
    return { state: 'Failed', reason: device.upload.reason, message: device.upload.message };
  }
  const because = trouble === undefined ? '' : ` (${trouble})`;
  // A device that the deadline stopped had no time for its upload either: the deadline is the reason.
  const overdue = folded.reason === 'DeadlineExceeded' || folded.reason === 'NodeDeadlineExceeded';
  return {
    state: 'Failed',
    reason: overdue ? folded.reason : 'UploadFailed',
    message: `the evidence is not in the store yet${because}; it is in the node's spool and is still offered`,
  };
}

/** Without devices the filter matched nothing, unless the capture was stopped before it was applied. */
function nodeOutcome(
  record: CaptureRecord,
  outcomes: readonly ({ readonly pciAddress: string } & DeviceOutcome)[],
): NodeOutcome {
  if (record.devices !== undefined || record.stop === undefined) return foldDevices(outcomes, record.meant);
  if (record.stop === 'DeadlineExceeded' || record.stop === 'NodeDeadlineExceeded') {
    return { state: 'Failed', reason: record.stop, message: 'the time was up before the devices were looked at' };
  }
  return { state: 'Cancelled', reason: 'Cancelled', message: 'cancelled before the devices were looked at' };
}

function deviceResult(
  device: DeviceRecord,
  outcome: DeviceOutcome | undefined,
  shortening: { readonly message: number; readonly collectors: number },
): DeviceResult {
  const { state, reason, message } = outcome ?? { state: 'Failed', reason: 'Failed' };
  const text = shorten(message, shortening.message);
  const told = device.ended.filter((collector) => collector.state !== 'Succeeded').slice(0, shortening.collectors);
  return {
    pciAddress: device.device.pciAddress,
    state,
    reason,
    ...(text === undefined ? {} : { message: text }),
    items: sum(device.ended, ({ items }) => items),
    itemErrors: sum(device.ended, ({ itemErrors }) => itemErrors),
    ...(device.manifest !== undefined && device.upload?.state === 'acknowledged' ? { manifest: device.manifest } : {}),
    ...(told.length === 0
      ? {}
      : { collectors: told.map((collector) => collectorResult(collector, shortening.message)) }),
  };
}

function collectorResult(collector: CollectorOutcome, maxMessage: number): CollectorResult {
  const { name, state, reason, message } = collector;
  const text = shorten(message, maxMessage);
  return {
    name,
    state: state === 'Succeeded' ? 'Partial' : state,
    ...(reason === undefined ? {} : { reason }),
    ...(text === undefined ? {} : { message: text }),
  };
}

function bytes(devices: readonly DeviceRecord[]): { readonly totalBytes: number; readonly storedBytes: number } {
  const ended = devices.flatMap((device) => device.ended);
  return {
    totalBytes: sum(ended, ({ totalBytes }) => totalBytes),
    storedBytes: sum(ended, ({ storedBytes }) => storedBytes),
  };
}

function shorten(text: string | undefined, length: number): string | undefined {
  if (text === undefined || length === 0) return undefined;
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
