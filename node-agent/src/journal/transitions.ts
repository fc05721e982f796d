import type { StopReason } from '@nicdiag/artifacts';
import type { DeviceIdentity, NicFunction } from '@nicdiag/mlx5';
import type {
  CaptureRecord,
  CollectorRecord,
  CollectorSpan,
  DeviceRecord,
  FinishedRecord,
  UploadRecord,
} from './captureRecord.ts';

/** The steps of a capture's life. Each is idempotent: one that is repeated after a crash changes nothing. */

/** @param meant why devices that the filter means cannot be asked, for a capture that has no other */
export function chooseDevices(
  record: CaptureRecord,
  devices: readonly NicFunction[],
  meant: readonly string[] = [],
): CaptureRecord {
  if (record.devices !== undefined) return record;
  return {
    ...record,
    devices: devices.map((device) => ({ device, spans: [], ended: [] })),
    ...(meant.length === 0 ? {} : { meant }),
  };
}

/** The first reason stays: a deadline that passes after a cancel changes nothing. */
export function stopFor(record: CaptureRecord, stop: StopReason): CaptureRecord {
  return record.stop === undefined ? { ...record, stop } : record;
}

export function firstCommand(record: CaptureRecord, firstCommandAt: string): CaptureRecord {
  return record.firstCommandAt === undefined ? { ...record, firstCommandAt } : record;
}

export function channelOpened(
  record: CaptureRecord,
  pciAddress: string,
  channel: { readonly abi: string; readonly uid: number },
): CaptureRecord {
  return onDevice(record, pciAddress, (device) => ({ ...device, channel }));
}

export function identified(record: CaptureRecord, pciAddress: string, identity: DeviceIdentity): CaptureRecord {
  return onDevice(record, pciAddress, (device) => ({ ...device, identity }));
}

export function collectorStarted(record: CaptureRecord, pciAddress: string, span: CollectorSpan): CaptureRecord {
  return onDevice(record, pciAddress, (device) => ({ ...device, spans: [...device.spans, span] }));
}

/** @param finished when the collector's last run ended; absent when that is not known */
export function collectorEnded(
  record: CaptureRecord,
  pciAddress: string,
  ended: CollectorRecord,
  finished?: Pick<CollectorSpan, 'finishedAt' | 'finishedNs'>,
): CaptureRecord {
  return onDevice(record, pciAddress, (device) => {
    if (device.ended.some(({ name }) => name === ended.name)) return device;
    const last = device.spans.findLastIndex(({ collector }) => collector === ended.name);
    const spans = device.spans.map((span, index) => (index === last ? { ...span, ...finished } : span));
    return { ...device, spans, ended: [...device.ended, ended] };
  });
}

export function deviceEnded(
  record: CaptureRecord,
  pciAddress: string,
  manifest: NonNullable<DeviceRecord['manifest']>,
): CaptureRecord {
  return onDevice(record, pciAddress, (device) => ({ ...device, manifest }));
}

export function uploaded(record: CaptureRecord, pciAddress: string, upload: UploadRecord): CaptureRecord {
  return onDevice(record, pciAddress, (device) => (device.upload === undefined ? { ...device, upload } : device));
}

export function reported(record: CaptureRecord, reportedAt: string): CaptureRecord {
  return record.reportedAt === undefined ? { ...record, reportedAt } : record;
}

export function finished(record: CaptureRecord, finishedAt: string): FinishedRecord {
  const { uid, namespace, name } = record;
  return { phase: 'finished', uid, namespace, name, finishedAt };
}

/** @throws when the capture has no such device: a programming error */
export function deviceOf(record: CaptureRecord, pciAddress: string): DeviceRecord {
  const found = record.devices?.find(({ device }) => device.pciAddress === pciAddress);
  if (found === undefined) throw new Error(`capture ${record.namespace}/${record.name} has no device ${pciAddress}`);
  return found;
}

function onDevice(
  record: CaptureRecord,
  pciAddress: string,
  change: (device: DeviceRecord) => DeviceRecord,
): CaptureRecord {
  const before = deviceOf(record, pciAddress);
  const after = change(before);
  if (after === before) return record;
  return { ...record, devices: (record.devices ?? []).map((device) => (device === before ? after : device)) };
}
