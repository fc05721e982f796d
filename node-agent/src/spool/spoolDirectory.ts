import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type FinishedCollector, isName } from '@nicdiag/artifacts';
import { removeDurably, writeFileDurably } from '@nicdiag/runtime';

/** Where the evidence of one capture lies on the node until the artifact server has it:
 * `<root>/<NodeCapture UID>/<PCI address>/<collector>/…`. */
export interface SpoolDirectory {
  collector(uid: string, pciAddress: string, collector: string): string;
  /** What `finish` of the collector's spool gave, kept for the upload. */
  saveResult(uid: string, pciAddress: string, collector: string, result: FinishedCollector): Promise<void>;
  /** undefined when there is none, or none that can be read: finish the spool again, it gives the same. */
  loadResult(uid: string, pciAddress: string, collector: string): Promise<FinishedCollector | undefined>;
  saveManifest(uid: string, pciAddress: string, bytes: Uint8Array): Promise<void>;
  /** @throws ENOENT */
  loadManifest(uid: string, pciAddress: string): Promise<Uint8Array>;
  removeDevice(uid: string, pciAddress: string): Promise<void>;
  removeCapture(uid: string): Promise<void>;
  /** UIDs that have a directory. */
  captures(): Promise<readonly string[]>;
  /** Bytes on disk of one device's files. */
  size(uid: string, pciAddress: string): Promise<number>;
  devices(uid: string): Promise<readonly string[]>;
  /** When a device was last added or removed, milliseconds since the epoch by the node's clock. */
  modifiedAt(uid: string): Promise<number>;
}

const RESULT = 'result.json';
const MANIFEST = 'manifest.json';

/** @param root exists */
export function openSpoolDirectory(root: string): SpoolDirectory {
  const captureOf = (uid: string): string => join(root, checked('uid', uid));
  const deviceOf = (uid: string, pciAddress: string): string => join(captureOf(uid), checked('pciAddress', pciAddress));
  const collectorOf = (uid: string, pciAddress: string, collector: string): string =>
    join(deviceOf(uid, pciAddress), checked('collector', collector));

  return {
    collector: collectorOf,
    async saveResult(uid, pciAddress, collector, result) {
      await writeFileDurably(join(collectorOf(uid, pciAddress, collector), RESULT), JSON.stringify(result));
    },
    async loadResult(uid, pciAddress, collector) {
      const directory = collectorOf(uid, pciAddress, collector);
      try {
        const result: unknown = JSON.parse(await readFile(join(directory, RESULT), 'utf8'));
        return isFinished(result) ? relocated(result, directory) : undefined;
      } catch {
        // Missing or cut off: the caller makes it anew from the raw file.
        return undefined;
      }
    },
    saveManifest: (uid, pciAddress, bytes) => writeFileDurably(join(deviceOf(uid, pciAddress), MANIFEST), bytes),
    loadManifest: (uid, pciAddress) => readFile(join(deviceOf(uid, pciAddress), MANIFEST)),
    removeDevice: (uid, pciAddress) => removeDurably(deviceOf(uid, pciAddress)),
    removeCapture: (uid) => removeDurably(captureOf(uid)),
    captures: async () => (await readdir(root)).filter((name) => isName('uid', name)),
    async devices(uid) {
      try {
        return (await readdir(captureOf(uid))).filter((name) => isName('pciAddress', name));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      }
    },
    modifiedAt: async (uid) => (await lstat(captureOf(uid))).mtimeMs,
    size: (uid, pciAddress) => sizeOf(deviceOf(uid, pciAddress)),
  };
}

/** All of these become path segments and come from outside. */
function checked(kind: 'uid' | 'pciAddress' | 'collector', value: string): string {
  if (!isName(kind, value)) throw new Error(`"${value}" cannot be used as a name in the spool (${kind})`);
  return value;
}

function isFinished(value: unknown): value is FinishedCollector {
  return (
    typeof value === 'object' && value !== null && 'blobs' in value && Array.isArray(value.blobs) && 'items' in value
  );
}

/** The state directory may be mounted elsewhere than when the result was saved. */
function relocated(result: FinishedCollector, directory: string): FinishedCollector {
  return { ...result, blobs: result.blobs.map((blob) => ({ ...blob, path: join(directory, basename(blob.path)) })) };
}

async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true });
  let total = 0;
  for (const entry of entries) {
    const stat = await lstat(join(path, entry));
    if (stat.isFile()) total += stat.size;
  }
  return total;
}
