import { createReadStream, createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type CaptureIdentity,
  captureManifestBytes,
  type Digest,
  digestOf,
  fittingManifestBytes,
  nextRevision,
  planBundle,
  type SealedNode,
  streamBundle,
} from '@nicdiag/artifacts';
import type { DeviceEvidence } from './runDevice.ts';

export interface BundleContent {
  readonly capture: CaptureIdentity;
  readonly node: SealedNode;
  readonly devices: readonly DeviceEvidence[];
}

/** Seals what was collected and writes the bundle, the very bytes that the artifact server would send.
 * @returns the digest of the capture's manifest */
export async function writeBundle(path: string, { capture, node, devices }: BundleContent): Promise<Digest> {
  const manifests = new Map<Digest, Uint8Array>();
  const blobs = new Map<Digest, string>();
  const records = devices.map(({ manifest, blobs: files }) => {
    const bytes = fittingManifestBytes(manifest);
    const digest = digestOf(bytes);
    manifests.set(digest, bytes);
    for (const file of files) blobs.set(file.digest, file.path);
    const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
    const storedBytes = files.reduce((sum, { storedSize }) => sum + storedSize, 0);
    const { pciAddress } = manifest.device;
    return {
      node: node.name,
      manifest: { pciAddress, digest, sizeBytes: bytes.byteLength, state: manifest.state, totalBytes, storedBytes },
    };
  });
  const sealed = nextRevision({ capture, nodes: [node], manifests: records }, undefined);
  if (sealed === undefined) throw new Error('a first revision always says something new');
  const sealedBytes = captureManifestBytes(sealed);
  const fileOf = (digest: Digest): string => {
    const file = blobs.get(digest);
    if (file === undefined) throw new Error(`no file was collected for ${digest}`);
    return file;
  };
  const plan = await planBundle({
    manifest: sealed,
    revisions: [sealedBytes],
    async deviceManifest(digest) {
      const bytes = manifests.get(digest);
      if (bytes === undefined) throw new Error(`there is no device manifest ${digest}`);
      return bytes;
    },
    storedSize: async (digest) => (await stat(fileOf(digest))).size,
  });
  const read = (digest: Digest, { start, end }: { readonly start: number; readonly end: number }) =>
    createReadStream(fileOf(digest), { start, end: end - 1 });
  await pipeline(Readable.from(streamBundle(plan, read)), createWriteStream(`${path}.part`));
  await rename(`${path}.part`, path);
  return digestOf(sealedBytes);
}
