import type { Digest } from '../../digest.ts';
import type { CaptureIdentity } from '../../manifest/deviceManifest.ts';
import { isName } from '../../manifest/rules.ts';
import type { StoredBlob } from '../blobStore.ts';
import type { CaptureLedger, ManifestRecord } from '../captureLedger.ts';
import { createKeyedLock } from '../keyedLock.ts';
import type { Bucket } from './bucket.ts';
import { type KeyRecord, parseCaptureKey, parseRecordKey, recordKey } from './recordKey.ts';

/** The ledger in a bucket, of empty objects whose keys are the records:
 *
 *     captures/<UID>_<namespace>_<name>
 *     records/<UID>/nodes/<node>/blob_…, manifest_…     what the node filed
 *     records/<UID>/seals/seal_…                        revisions of the seal
 *
 * A capture's own key goes last when it is removed: a removal that was cut is found again by it. */
export function createS3Ledger(bucket: Bucket): CaptureLedger {
  const locks = createKeyedLock();
  const records = (captureUid: string) => `records/${checked('uid', captureUid)}/`;
  const nodeRecords = (captureUid: string, node: string) => `${records(captureUid)}nodes/${checked('node', node)}/`;
  const sealRecords = (captureUid: string) => `${records(captureUid)}seals/`;

  /** Removed ones: what is filed for them at the same moment must not outlive them. */
  const removed = new Set<string>();

  async function record(captureUid: string, key: string): Promise<void> {
    if (!removed.has(captureUid)) await bucket.mark(key);
    if (!removed.has(captureUid)) return;
    await bucket.remove(key);
    throw new Error(`capture ${captureUid} is removed`);
  }

  async function* recordsOf(prefix: string): AsyncGenerator<KeyRecord> {
    for await (const { key } of bucket.list(prefix)) {
      const record = parseRecordKey(key.slice(key.lastIndexOf('/') + 1));
      if (record !== undefined) yield record;
    }
  }

  return {
    async captures() {
      const found: CaptureIdentity[] = [];
      for await (const { key } of bucket.list('captures/')) {
        const capture = parseCaptureKey(key.slice('captures/'.length));
        if (capture !== undefined) found.push(capture);
      }
      return found;
    },
    async open(capture) {
      checked('uid', capture.uid);
      removed.delete(capture.uid);
      await bucket.mark(`captures/${recordKey.capture(capture)}`);
    },
    async nodes(captureUid) {
      return (await Array.fromAsync(bucket.folders(`${records(captureUid)}nodes/`))).sort();
    },
    async node(captureUid, node) {
      const blobs = new Map<Digest, StoredBlob>();
      const manifests = new Map<string, ManifestRecord>();
      for await (const record of recordsOf(nodeRecords(captureUid, node))) {
        if ('blob' in record) blobs.set(record.blob.digest, record.blob);
        if ('manifest' in record) manifests.set(record.manifest.pciAddress, record.manifest);
      }
      return { blobs, manifests };
    },
    recordBlob: (captureUid, node, blob) =>
      record(captureUid, `${nodeRecords(captureUid, node)}${recordKey.blob(blob)}`),
    async recordManifest(captureUid, node, manifest) {
      const prefix = nodeRecords(captureUid, node);
      // The newest manifest of a device counts, so each gets a number after those that are there.
      await locks.run(prefix, async () => {
        let last = 0;
        for await (const record of recordsOf(`${prefix}manifest_`)) {
          if ('sequence' in record) last = Math.max(last, record.sequence);
        }
        await record(captureUid, `${prefix}${recordKey.manifest(last + 1, manifest)}`);
      });
    },
    async revisions(captureUid) {
      const found = await Array.fromAsync(recordsOf(sealRecords(captureUid)));
      return found.flatMap((record) => ('seal' in record ? [record.seal] : []));
    },
    recordRevision: (captureUid, seal) => record(captureUid, `${sealRecords(captureUid)}${recordKey.seal(seal)}`),
    async *references(captureUid) {
      for await (const record of recordsOf(records(captureUid))) yield digestOfRecord(record);
    },
    async remove(captureUid) {
      removed.add(checked('uid', captureUid));
      for (const prefix of [records(captureUid), `captures/${captureUid}_`]) {
        for await (const { key } of bucket.list(prefix)) await bucket.remove(key);
      }
    },
  };
}

function checked(kind: 'uid' | 'node', value: string): string {
  if (!isName(kind, value)) throw new TypeError(`${JSON.stringify(value)} cannot be a ${kind}`);
  return value;
}

function digestOfRecord(record: KeyRecord): Digest {
  if ('blob' in record) return record.blob.digest;
  return 'manifest' in record ? record.manifest.digest : record.seal.digest;
}
