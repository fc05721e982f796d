import { type DeviceManifest, describeDevice, type FinishedCollector } from '@nicdiag/artifacts';
import type { CaptureRecord, DeviceRecord } from '../journal/captureRecord.ts';

export interface ManifestFacts {
  readonly node: string;
  readonly agentVersion: string;
  readonly layoutVersion: string;
}

/** The manifest of a device that has ended, from its journal record and the results of its spools.
 * @param results by collector name, one for each that has ended */
export function buildManifest(
  capture: CaptureRecord,
  device: DeviceRecord,
  results: ReadonlyMap<string, FinishedCollector>,
  facts: ManifestFacts,
): DeviceManifest {
  const { device: found, identity, channel } = device;
  return describeDevice({
    capture: { namespace: capture.namespace, name: capture.capture.name, uid: capture.capture.uid },
    ...facts,
    device: {
      pciAddress: found.pciAddress,
      model: found.model,
      deviceId: `0x${found.deviceId.toString(16).padStart(4, '0')}`,
      function: found.function,
      asic: found.asic,
      ...identity,
    },
    ...(channel === undefined ? {} : { channel: { kind: found.kind, ...channel } }),
    impact: capture.work.impact,
    collectors: capture.work.collectors.flatMap(({ name, type }) => {
      const outcome = device.ended.find((ended) => ended.name === name);
      if (outcome === undefined) return [];
      const result = results.get(name);
      const spans = device.spans.filter(({ collector }) => collector === name).map(({ collector: _, ...span }) => span);
      return [{ type, outcome, spans, ...(result === undefined ? {} : { result }) }];
    }),
  });
}
