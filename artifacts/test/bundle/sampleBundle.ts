import { type BundlePlan, planBundle } from '../../src/bundle/planBundle.ts';
import { digestOf } from '../../src/digest.ts';
import { type CaptureManifest, captureManifestBytes, deviceOrder } from '../../src/manifest/captureManifest.ts';
import { type DeviceManifest, deviceManifestBytes } from '../../src/manifest/deviceManifest.ts';
import type { BlobStore } from '../../src/store/blobStore.ts';
import { SAMPLE_CAPTURE, sampleDeviceManifest } from '../sampleManifests.ts';

export interface SampleDevice {
  readonly node: string;
  readonly pciAddress: string;
  /** Contents by collector and file name. */
  readonly collectors: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
}

export interface SampleBundle {
  readonly plan: BundlePlan;
  readonly manifest: CaptureManifest;
  readonly revisions: readonly Uint8Array[];
}

/** Puts blobs and manifests of a capture into the store and plans its bundle. */
export async function sampleBundle(
  store: BlobStore,
  devices: readonly SampleDevice[],
  revisionCount = 1,
): Promise<SampleBundle> {
  const sealed = [];
  let totalBytes = 0;
  for (const device of devices) {
    const bytes = deviceManifestBytes(await manifestOf(store, device));
    const manifest = await store.put(bytes);
    sealed.push({
      ...device,
      state: 'Succeeded' as const,
      manifest: { digest: manifest.digest, sizeBytes: bytes.byteLength },
    });
    totalBytes += Object.values(device.collectors)
      .flatMap((files) => Object.values(files))
      .reduce((sum, file) => sum + file.byteLength, 0);
  }
  const revisions: Uint8Array[] = [];
  let manifest: CaptureManifest | undefined;
  for (let revision = 1; revision <= revisionCount; revision += 1) {
    const before = revisions.at(-1);
    manifest = {
      schemaVersion: 'nicdiag.dev/capture-manifest/v1',
      capture: SAMPLE_CAPTURE,
      revision,
      ...(before !== undefined && { previous: digestOf(before) }),
      nodes: [],
      devices: sealed
        .map(({ node, pciAddress, state, manifest }) => ({ node, pciAddress, state, manifest }))
        .sort((a, b) => (deviceOrder(a) < deviceOrder(b) ? -1 : 1)),
      totalBytes,
    };
    revisions.push(captureManifestBytes(manifest));
  }
  if (manifest === undefined) throw new Error('at least one revision');
  const plan = await planBundle({
    manifest,
    revisions,
    async deviceManifest(digest) {
      const { decompress } = await import('../../src/zstd/decompress.ts');
      return Buffer.concat(await Array.fromAsync(decompress(store.read(digest))));
    },
    async storedSize(digest) {
      return (await store.storedSize(digest)) ?? Number.NaN;
    },
  });
  return { plan, manifest, revisions };
}

async function manifestOf(store: BlobStore, { node, pciAddress, collectors }: SampleDevice): Promise<DeviceManifest> {
  const sample = sampleDeviceManifest();
  const [template] = sample.collectors;
  if (template === undefined) throw new Error('the sample has a collector');
  const made = [];
  for (const [name, files] of Object.entries(collectors)) {
    const blobs = [];
    for (const [file, content] of Object.entries(files)) {
      const { digest, size, storedSize } = await store.put(content);
      blobs.push({ name: file, mediaType: 'application/octet-stream', digest, size, storedSize });
    }
    made.push({ ...template, name, blobs });
  }
  return { ...sample, node, device: { ...sample.device, pciAddress }, collectors: made };
}
