import {
  ArtifactError,
  type BlobStore,
  type CaptureLedger,
  type DeviceManifest,
  digestOf,
  MAX_DEVICE_MANIFEST_BYTES,
  type ManifestReceipt,
  type NodeRecord,
  parseDeviceManifest,
} from '@nicdiag/artifacts';
import { crashPoint } from '@nicdiag/runtime';
import type { LiveCapture } from '../captures/captureIndex.ts';
import type { CrashPoint } from '../crashPoints.ts';
import { type Handler, nameParam, readBody, sendJson } from '../http/exchange.ts';
import type { Sealer } from '../seal/sealer.ts';
import type { AuthorizeUpload } from './authorizeUpload.ts';

/** PUT of a device manifest: everything it names must be here. After the seal it makes a new revision of the seal. */
export function deviceManifestHandler(parts: {
  readonly authorize: AuthorizeUpload;
  readonly store: BlobStore;
  readonly ledger: CaptureLedger;
  readonly sealer: Sealer;
}): Handler {
  return async (exchange) => {
    const { capture, node } = await parts.authorize(exchange);
    const pciAddress = nameParam(exchange, 'pciAddress');
    const bytes = await readBody(exchange, MAX_DEVICE_MANIFEST_BYTES);
    const manifest = parseDeviceManifest(bytes);
    requireSame(manifest, capture, node, pciAddress);
    const record = await parts.ledger.node(capture.uid, node);
    const sums = requireBlobs(manifest, record);
    const digest = digestOf(bytes);
    if (record.manifests.get(pciAddress)?.digest !== digest) {
      await parts.store.put(bytes);
      await parts.ledger.open({ namespace: capture.namespace, name: capture.name, uid: capture.uid });
      const entry = { pciAddress, digest, sizeBytes: bytes.byteLength, state: manifest.state, ...sums };
      await parts.ledger.recordManifest(capture.uid, node, entry);
    }
    crashPoint('manifestRecorded' satisfies CrashPoint);
    // Also when the manifest was there already: the server may have died between recording it and sealing again.
    const late = (await parts.sealer.sealAgain(capture.uid)) !== undefined;
    sendJson(exchange, 200, { digest, sizeBytes: bytes.byteLength, late } satisfies ManifestReceipt);
  };
}

/** @throws ArtifactError `ManifestInvalid` when it speaks of something else than its path */
function requireSame(manifest: DeviceManifest, capture: LiveCapture, node: string, pciAddress: string): void {
  const pairs = [
    ['capture.uid', manifest.capture.uid, capture.uid],
    ['capture.namespace', manifest.capture.namespace, capture.namespace],
    ['capture.name', manifest.capture.name, capture.name],
    ['node', manifest.node, node],
    ['device.pciAddress', manifest.device.pciAddress, pciAddress],
  ] as const;
  for (const [field, found, wanted] of pairs) {
    if (found === wanted) continue;
    throw new ArtifactError('ManifestInvalid', `manifest.${field} is ${found}, but it was sent for ${wanted}`);
  }
}

/** @returns the sums of its blobs' sizes
 * @throws ArtifactError `BlobMissing`, `ManifestInvalid` */
function requireBlobs(
  manifest: DeviceManifest,
  record: NodeRecord,
): { readonly totalBytes: number; readonly storedBytes: number } {
  let totalBytes = 0;
  let storedBytes = 0;
  for (const collector of manifest.collectors) {
    for (const { name, digest, size } of collector.blobs) {
      const filed = record.blobs.get(digest);
      const what = `${collector.name}/${name} (${digest})`;
      if (filed === undefined) throw new ArtifactError('BlobMissing', `${what} has not been uploaded; upload it first`);
      if (filed.size !== size) {
        throw new ArtifactError('ManifestInvalid', `${what} has ${filed.size} bytes, the manifest says ${size}`);
      }
      totalBytes += filed.size;
      storedBytes += filed.storedSize;
    }
  }
  return { totalBytes, storedBytes };
}
