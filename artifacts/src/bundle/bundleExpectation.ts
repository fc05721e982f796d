import { type Digest, digestOf } from '../digest.ts';
import { type CaptureManifest, parseCaptureManifest } from '../manifest/captureManifest.ts';
import { parseDeviceManifest } from '../manifest/deviceManifest.ts';
import {
  bundleBlobPath,
  bundleManifestPath,
  captureManifestPath,
  deviceFolder,
  oldManifestPath,
} from './bundlePaths.ts';

/** What a path of a bundle must hold. */
export type Expected =
  | { readonly kind: 'manifest' | 'oldManifest'; readonly maxSize: number }
  | { readonly kind: 'deviceManifest' | 'blob'; readonly digest: Digest; readonly size: number };

/** Which files a bundle must have, learned from its manifests as they come. Pure bookkeeping: bytes go in, problems
 * come out. */
export interface BundleExpectation {
  /** Takes `path` off the list. @returns undefined when no manifest that came before speaks of it */
  expect(path: string): Expected | undefined;
  /** Takes in the bytes of a manifest that `expect` announced.
   * @throws ManifestError */
  learn(path: string, bytes: Uint8Array): void;
  readonly manifest: CaptureManifest | undefined;
  readonly digest: Digest | undefined;
  /** Digests of the revisions, oldest first, the newest included. */
  readonly revisions: readonly Digest[];
  /** What is announced but did not come. */
  readonly missing: readonly string[];
  /** Breaks in the chain of revisions. */
  readonly chainProblems: readonly string[];
}

const MAX_MANIFEST = 32 * 1024 * 1024;

export function createBundleExpectation(): BundleExpectation {
  const expected = new Map<string, Expected>();
  const old = new Map<number, { readonly digest: Digest; readonly previous: Digest | undefined }>();
  let manifest: CaptureManifest | undefined;
  let digest: Digest | undefined;

  const learnCapture = (bytes: Uint8Array) => {
    manifest = parseCaptureManifest(bytes);
    digest = digestOf(bytes);
    const { name } = manifest.capture;
    for (let revision = 1; revision < manifest.revision; revision += 1) {
      expected.set(oldManifestPath(name, revision), { kind: 'oldManifest', maxSize: MAX_MANIFEST });
    }
    for (const device of manifest.devices) {
      const { digest, sizeBytes } = device.manifest;
      expected.set(bundleManifestPath(deviceFolder(name, device)), { kind: 'deviceManifest', digest, size: sizeBytes });
    }
  };
  const learnDevice = (folder: string, bytes: Uint8Array) => {
    for (const collector of parseDeviceManifest(bytes).collectors) {
      for (const { name, digest, size } of collector.blobs) {
        expected.set(bundleBlobPath(folder, collector.name, name), { kind: 'blob', digest, size });
      }
    }
  };

  return {
    expect(path) {
      if (manifest === undefined) {
        const name = path.split('/')[0] ?? '';
        return path === captureManifestPath(name) ? { kind: 'manifest', maxSize: MAX_MANIFEST } : undefined;
      }
      const found = expected.get(path);
      expected.delete(path);
      return found;
    },
    learn(path, bytes) {
      if (manifest === undefined) learnCapture(bytes);
      else if (path.split('/').length === 2) {
        const older = parseCaptureManifest(bytes);
        old.set(older.revision, { digest: digestOf(bytes), previous: older.previous });
      } else learnDevice(path.slice(0, path.lastIndexOf('/')), bytes);
    },
    get manifest() {
      return manifest;
    },
    get digest() {
      return digest;
    },
    get revisions() {
      const older = [...old].sort(([a], [b]) => a - b).map(([, revision]) => revision.digest);
      return digest === undefined ? older : [...older, digest];
    },
    get missing() {
      return [...expected.keys()];
    },
    get chainProblems() {
      if (manifest === undefined) return [];
      const all = new Map(old).set(manifest.revision, {
        digest: digestOf(new Uint8Array(0)),
        previous: manifest.previous,
      });
      return [...all]
        .filter(([revision, { previous }]) => previous !== all.get(revision - 1)?.digest)
        .map(([revision]) => `revision ${revision} of the capture manifest does not name revision ${revision - 1}`);
    },
  };
}
