import type { Digest } from '../digest.ts';
import type { ManifestRecord } from '../store/captureLedger.ts';
import { CAPTURE_MANIFEST_SCHEMA, type CaptureManifest, deviceOrder, type SealedNode } from './captureManifest.ts';
import type { CaptureIdentity } from './deviceManifest.ts';

/** What a seal is made of. */
export interface Evidence {
  readonly capture: CaptureIdentity;
  readonly nodes: readonly SealedNode[];
  readonly manifests: readonly { readonly node: string; readonly manifest: ManifestRecord }[];
}

/** The seal's last revision. */
export interface LastRevision {
  readonly manifest: CaptureManifest;
  readonly digest: Digest;
}

/** Decides what the seal must say.
 * @returns the next revision, or undefined when the last one already says it */
export function nextRevision(evidence: Evidence, last: LastRevision | undefined): CaptureManifest | undefined {
  const { namespace, name, uid } = evidence.capture;
  const content = {
    schemaVersion: CAPTURE_MANIFEST_SCHEMA,
    capture: { namespace, name, uid },
    nodes: sortedBy(evidence.nodes, (node) => node.name),
    devices: sortedBy(
      evidence.manifests.map(({ node, manifest }) => ({
        ...{ node, pciAddress: manifest.pciAddress, state: manifest.state },
        manifest: { digest: manifest.digest, sizeBytes: manifest.sizeBytes },
      })),
      deviceOrder,
    ),
    totalBytes: evidence.manifests.reduce((sum, { manifest }) => sum + manifest.totalBytes, 0),
  } as const;
  if (last === undefined) return { ...content, revision: 1 };
  const { revision, previous: _, ...before } = last.manifest;
  if (JSON.stringify(ordered(before)) === JSON.stringify(ordered(content))) return undefined;
  return { ...content, revision: revision + 1, previous: last.digest };
}

/** The same key order on both sides, so that JSON text can be compared. */
function ordered(content: Omit<CaptureManifest, 'revision' | 'previous'>): unknown {
  return [
    content.capture.uid,
    content.nodes.map(({ name, state, reason }) => [name, state, reason]),
    content.devices.map((device) => [deviceOrder(device), device.state, device.manifest.digest]),
  ];
}

/** Names are unique within both lists: a node is reported once, a device has one newest manifest. */
function sortedBy<T>(entries: readonly T[], key: (entry: T) => string): T[] {
  const unique = new Map(entries.map((entry) => [key(entry), entry]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
