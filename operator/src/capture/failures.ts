import type { CaptureFailure, DeviceResult, NodeCaptureStatus } from '@nicdiag/api';

/** The CRD's bound on `status.failures`. */
export const maxFailures = 20;
/** Of a message, what the summary keeps; the whole is in the NodeCapture. */
const maxMessageLength = 256;

/** What went wrong on one node: per collector where that is known, else per device, else for the node.
 * Unsupported devices are results and no failures. */
export function failuresOf(node: string, status: NodeCaptureStatus | undefined): readonly CaptureFailure[] {
  const state = status?.state;
  if (state !== 'Failed' && state !== 'Partial') return none;
  const found = (status?.devices ?? []).flatMap((device) => failuresOfDevice(node, device));
  // Without a device to blame (no agent, time up before the first one) the node's own reason is the failure.
  if (found.length === 0) return [failure({ node }, status)];
  return found.sort(byWeight).slice(0, maxFailures);
}

const none: readonly CaptureFailure[] = [];

function failuresOfDevice(node: string, device: DeviceResult): CaptureFailure[] {
  if (device.state !== 'Failed' && device.state !== 'Partial') return [];
  const place = { node, device: device.pciAddress };
  const collectors = (device.collectors ?? []).filter((each) => each.state === 'Failed' || each.state === 'Partial');
  if (collectors.length === 0) return [failure(place, device)];
  return collectors.map((collector) => failure({ ...place, collector: collector.name }, collector));
}

function failure(
  place: Pick<CaptureFailure, 'node' | 'device' | 'collector'>,
  why: { reason?: string; message?: string } | undefined,
): CaptureFailure {
  const message = why?.message?.slice(0, maxMessageLength);
  return { ...place, reason: why?.reason ?? 'Failed', ...(message ? { message } : {}) };
}

/** Worst first: whole nodes, then devices, then collectors; in a fixed order among equals. */
export function byWeight(a: CaptureFailure, b: CaptureFailure): number {
  return (
    weight(a) - weight(b) ||
    compare(a.node, b.node) ||
    compare(a.device ?? '', b.device ?? '') ||
    compare(a.collector ?? '', b.collector ?? '') ||
    compare(a.reason, b.reason)
  );
}

function weight(failure: CaptureFailure): number {
  return failure.collector !== undefined ? 2 : failure.device !== undefined ? 1 : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
