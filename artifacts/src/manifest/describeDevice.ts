import { type CollectorOutcome, foldCollectors } from '../outcome/outcome.ts';
import type { FinishedCollector } from '../spool/collectorSpool.ts';
import {
  type CaptureIdentity,
  DEVICE_MANIFEST_SCHEMA,
  type DeviceManifest,
  deviceManifestBytes,
  type ManifestChannel,
  type ManifestDevice,
  type TimeSpan,
} from './deviceManifest.ts';
import { ManifestError } from './manifestError.ts';

/** What is known of a device when all its collectors have ended. */
export interface DeviceFindings {
  readonly capture: CaptureIdentity;
  readonly node: string;
  readonly device: ManifestDevice;
  /** Absent when the device could not be opened. */
  readonly channel?: ManifestChannel;
  readonly agentVersion: string;
  readonly layoutVersion: string;
  readonly impact: string;
  /** Those that have ended, in the order of the capture. */
  readonly collectors: readonly CollectorFindings[];
}

export interface CollectorFindings {
  readonly type: string;
  readonly outcome: CollectorOutcome;
  /** Absent when its files could not be made. */
  readonly result?: FinishedCollector;
  readonly spans: readonly TimeSpan[];
}

/** Longest message that a manifest takes. */
const MAX_MESSAGE = 1024;
/** The newest runs of a collector that a manifest tells of; an agent that died more often than that is another story. */
const MAX_SPANS = 64;

/** The manifest of a device that has ended. */
export function describeDevice(findings: DeviceFindings): DeviceManifest {
  const { capture, node, device, channel, agentVersion, layoutVersion, impact, collectors } = findings;
  const { state, reason, message } = foldCollectors(collectors.map(({ outcome }) => outcome));
  return {
    schemaVersion: DEVICE_MANIFEST_SCHEMA,
    capture,
    node,
    device,
    ...(channel === undefined ? {} : { channel }),
    agentVersion,
    layoutVersion,
    state,
    reason,
    ...said(message),
    collectors: collectors.map((collector) => collectorManifest(collector, impact)),
  };
}

/** The bytes to upload. A manifest that is too long for the store first loses its lists of single failures, which are in
 * `items.ndjson` too.
 * @throws ManifestError `TooLarge` when that is not enough */
export function fittingManifestBytes(manifest: DeviceManifest): Uint8Array {
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
  { type, outcome, result, spans }: CollectorFindings,
  impact: string,
): DeviceManifest['collectors'][number] {
  return {
    name: outcome.name,
    type,
    impact,
    state: outcome.state,
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    ...said(outcome.message),
    items: outcome.items,
    itemErrors: outcome.itemErrors,
    failures: result?.failures ?? [],
    spans: spans.slice(-MAX_SPANS),
    blobs: (result?.blobs ?? []).map(({ path: _, ...blob }) => blob),
  };
}

function said(message: string | undefined): { readonly message?: string } {
  return message === undefined ? {} : { message: message.slice(0, MAX_MESSAGE) };
}
