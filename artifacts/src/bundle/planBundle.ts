import type { Digest } from '../digest.ts';
import type { CaptureManifest, SealedDevice } from '../manifest/captureManifest.ts';
import { parseDeviceManifest } from '../manifest/deviceManifest.ts';
import { readAhead } from '../readAhead.ts';
import { compressSmall } from '../zstd/compress.ts';
import {
  bundleBlobPath,
  bundleManifestPath,
  captureManifestPath,
  deviceFolder,
  oldManifestPath,
} from './bundlePaths.ts';
import { tarEnd, tarHeader, tarPadding } from './tarHeader.ts';

/** Where a bundle's parts come from. */
export interface BundleSource {
  readonly manifest: CaptureManifest;
  /** Bytes of every revision of the capture manifest, oldest first; the last is `manifest`. */
  readonly revisions: readonly Uint8Array[];
  /** Uncompressed bytes of a device manifest. */
  deviceManifest(digest: Digest): Promise<Uint8Array>;
  /** Length of the blob's stored zstd frame. */
  storedSize(digest: Digest): Promise<number>;
}

/** A bundle as a list of parts whose lengths are known, so that any range of it can be sent without making the rest.
 *
 * A `.tar.zst` may consist of many zstd frames. Each blob is in it as the very frame that is stored; tar headers,
 * padding and manifests stand between them in small frames of their own. So a bundle costs the server no compression,
 * and its bytes are given by the capture manifest and the stored frames. */
export interface BundlePlan {
  readonly parts: readonly BundlePart[];
  /** Bytes of the whole bundle. */
  readonly length: number;
}

export type BundlePart =
  | { readonly length: number; readonly bytes: Uint8Array }
  | { readonly length: number; readonly digest: Digest };

/** Manifests and small blobs that are read at the same time: in a bucket each is a request, and waits. */
const AHEAD = 16;
/** What is larger is read when its turn comes. */
const AHEAD_BYTES = 128 * 1024;

export async function planBundle(source: BundleSource): Promise<BundlePlan> {
  const { manifest, revisions } = source;
  const name = manifest.capture.name;
  const parts: BundlePart[] = [];
  /** Tar bytes that go into the next small frame. */
  let plain: Uint8Array[] = [];

  const addFile = (path: string, bytes: Uint8Array) => {
    plain.push(tarHeader(path, bytes.byteLength), bytes, tarPadding(bytes.byteLength));
  };
  const endFrame = () => {
    const bytes = compressSmall(Buffer.concat(plain));
    parts.push({ length: bytes.byteLength, bytes });
    plain = [];
  };

  addFile(captureManifestPath(name), revisions.at(-1) ?? new Uint8Array(0));
  for (const [index, bytes] of revisions.slice(0, -1).entries()) addFile(oldManifestPath(name, index + 1), bytes);
  const withManifest = async (device: SealedDevice) => ({
    ...{ device, bytes: await source.deviceManifest(device.manifest.digest) },
  });
  for await (const { device, bytes } of readAhead(manifest.devices, AHEAD, withManifest)) {
    const folder = deviceFolder(name, device);
    addFile(bundleManifestPath(folder), bytes);
    for (const collector of parseDeviceManifest(bytes).collectors) {
      for (const blob of collector.blobs) {
        plain.push(tarHeader(bundleBlobPath(folder, collector.name, blob.name), blob.size));
        endFrame();
        parts.push({ length: await source.storedSize(blob.digest), digest: blob.digest });
        plain.push(tarPadding(blob.size));
      }
    }
  }
  plain.push(tarEnd());
  endFrame();
  return { parts, length: parts.reduce((sum, part) => sum + part.length, 0) };
}

/** The bytes of a bundle, or of a part of it.
 * @param read stored bytes of a blob from `start` to `end` (exclusive)
 * @param range `end` exclusive; default all */
export async function* streamBundle(
  plan: BundlePlan,
  read: (digest: Digest, range: { readonly start: number; readonly end: number }) => AsyncIterable<Uint8Array>,
  range: { readonly start: number; readonly end: number } = { start: 0, end: plan.length },
): AsyncGenerator<Uint8Array, void> {
  const begin = async (piece: Piece): Promise<Iterable<Uint8Array> | AsyncIterable<Uint8Array>> => {
    if ('bytes' in piece) return [piece.bytes];
    const { digest, start, end } = piece;
    return end - start > AHEAD_BYTES ? read(digest, { start, end }) : Array.fromAsync(read(digest, { start, end }));
  };
  for await (const chunks of readAhead(piecesOf(plan, range), AHEAD, begin)) yield* chunks;
}

type Piece = { readonly bytes: Uint8Array } | { readonly digest: Digest; readonly start: number; readonly end: number };

/** What of each part lies in the range. */
function* piecesOf(plan: BundlePlan, range: { readonly start: number; readonly end: number }): Generator<Piece> {
  let position = 0;
  for (const part of plan.parts) {
    const start = Math.max(0, range.start - position);
    const end = Math.min(part.length, range.end - position);
    position += part.length;
    if (start >= end) continue;
    yield 'bytes' in part ? { bytes: part.bytes.subarray(start, end) } : { digest: part.digest, start, end };
  }
}
