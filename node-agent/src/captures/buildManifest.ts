import {
  DEVICE_MANIFEST_SCHEMA,
  type DeviceManifest,
  deviceManifestBytes,
  type FinishedCollector,
  ManifestError,
} from '@nicdiag/artifacts';
import type { CaptureRecord, CollectorRecord, DeviceRecord } from '../journal/captureRecord.ts';
import { foldCollectors } from './outcome.ts';

export interface ManifestFacts {
  readonly node: string;
  readonly agentVersion: string;
  readonly layoutVersion: string;
}

/** Longest message that a manifest takes. */
const MAX_MESSAGE = 1024;
/** The newest runs of a collector that a manifest tells of; an agent that died more often than that is another story. */
const MAX_SPANS = 64;

/** The manifest of a device that has ended, from its journal record and the results of its spools.
 * @param results by collector name, one for each that has ended */
export function buildManifest(
  capture: CaptureRecord,
  device: DeviceRecord,
  results: ReadonlyMap<string, FinishedCollector>,
  facts: ManifestFacts,
): DeviceManifest {
  const { state, reason, message } = foldCollectors(device.ended);
  const { device: found, identity, channel } = device;
  return {
    schemaVersion: DEVICE_MANIFEST_SCHEMA,
    capture: { namespace: capture.namespace, name: capture.capture.name, uid: capture.capture.uid },
    node: facts.node,
    device: {
      pciAddress: found.pciAddress,
      model: found.model,
      deviceId: `0x${found.deviceId.toString(16).padStart(4, '0')}`,
      function: found.function,
      asic: found.asic,
      ...identity,
    },
    ...(channel === undefined ? {} : { channel: { kind: found.kind, ...channel } }),
    agentVersion: facts.agentVersion,
    layoutVersion: facts.layoutVersion,
    state,
    reason,
    ...said(message),
    collectors: capture.work.collectors.flatMap((spec) => {
      const ended = device.ended.find(({ name }) => name === spec.name);
      return ended === undefined ? [] : [collectorManifest(capture, device, ended, spec.type, results.get(spec.name))];
    }),
  };
}

/** The bytes to upload. A manifest that is too long for the store first loses its lists of single failures, which are in
 * `items.ndjson` too. */
export function manifestBytes(manifest: DeviceManifest): Uint8Array {
  try {
    return deviceManifestBytes(manifest);
  } catch (error) {
    if (!(error instanceof ManifestError) || error.code !== 'TooLarge') throw error;
    return deviceManifestBytes({
      ...manifest,
      collectors: manifest.collectors.map((collector) => ({ ...collector, failures: [] })),
    });
  }
}

function collectorManifest(
  capture: CaptureRecord,
  device: DeviceRecord,
  ended: CollectorRecord,
  type: string,
  result: FinishedCollector | undefined,
): DeviceManifest['collectors'][number] {
  return {
    name: ended.name,
    type,
    impact: capture.work.impact,
    state: ended.state,
    ...(ended.reason === undefined ? {} : { reason: ended.reason }),
    ...said(ended.message),
    items: ended.items,
    itemErrors: ended.itemErrors,
    failures: result?.failures ?? [],
    spans: device.spans
      .filter(({ collector }) => collector === ended.name)
      .slice(-MAX_SPANS)
      .map(({ collector: _, ...span }) => span),
    blobs: (result?.blobs ?? []).map(({ path: _, ...blob }) => blob),
  };
}

function said(message: string | undefined): { readonly message?: string } {
  return message === undefined ? {} : { message: message.slice(0, MAX_MESSAGE) };
}
