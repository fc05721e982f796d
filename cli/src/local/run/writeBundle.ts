import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Where a bundle goes. */
export interface BundlePlace {
  /** Of the same file system as `output`; what is left there is the caller's to remove. */
  readonly scratch: string;
  readonly output: string;
}

export interface WrittenBundle {
  readonly path: string;
  /** Of the capture's manifest. */
  readonly digest: Digest;
}

/** Seals what was collected and writes the bundle, the very bytes that the artifact server would send, as
 * `<namespace>-<name>.tar.zst`. Nothing is ever written over: who runs a capture again, before and after a change, gets
 * `…-2.tar.zst` beside it. */
export async function writeBundle(
  { scratch, output }: BundlePlace,
  { capture, node, devices }: BundleContent,
): Promise<WrittenBundle> {
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
  const part = join(scratch, 'bundle');
  await pipeline(Readable.from(streamBundle(plan, read)), createWriteStream(part));
  const path = await moveToNew(part, join(output, `${capture.namespace}-${capture.name}`));
  return { path, digest: digestOf(sealedBytes) };
}

/** Gives a file the first name that is free. The name is taken first, by an empty file: no link, which a stick with FAT has not. */
async function moveToNew(file: string, stem: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const path = `${stem}${count === 1 ? '' : `-${count}`}.tar.zst`;
    try {
      await (await open(path, 'wx')).close();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw error;
    }
    await rename(file, path);
    return path;
  }
}
