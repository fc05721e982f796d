import type { CaptureIdentity } from '../../manifest/deviceManifest.ts';
import { isName } from '../../manifest/rules.ts';
import type { CaptureLedger } from '../captureLedger.ts';
import { createKeyedLock } from '../keyedLock.ts';
import { referenceOf } from '../ledgerLine.ts';
import type { Bucket } from './bucket.ts';
import { createCaptureRecords } from './captureRecords.ts';
import { concurrently } from './concurrently.ts';
import { createRecordCache } from './recordCache.ts';
import { type KeyRecord, parseCaptureKey, parseRecordKey, recordKey } from './recordKey.ts';

/** Of all captures in memory together: 50 MiB. A capture of 5,000 nodes has as many. */
const MAX_RECORDS = 200_000;
/** Objects that are deleted at the same time. */
const DELETIONS = 16;

/** The ledger in a bucket, of empty objects whose keys are the records:
 *
 *     captures/<UID>_<namespace>_<name>
 *     records/<UID>/nodes/<node>/blob_…, manifest_…     what the node filed
 *     records/<UID>/seals/seal_…                        revisions of the seal
 *
 * A capture's own key goes last when it is removed: a removal that was cut is found again by it.
 *
 * A capture's records are listed when it is first asked for and then kept in memory, which is right as long as nobody else
 * writes under the prefix (prefixOwner.ts). */
export function createS3Ledger(bucket: Bucket, { maxRecords = MAX_RECORDS } = {}): CaptureLedger {
  const locks = createKeyedLock();
  const recordsOf = (captureUid: string) => `records/${checked('uid', captureUid)}/`;
  const nodeRecords = (captureUid: string, node: string) => `${recordsOf(captureUid)}nodes/${checked('node', node)}/`;
  const sealRecords = (captureUid: string) => `${recordsOf(captureUid)}seals/`;

  /** Removed ones: what is filed for them at the same moment must not outlive them. */
  const removed = new Set<string>();
  /** UIDs of captures whose own key is there. */
  const opened = new Set<string>();

  async function* listed(captureUid: string): AsyncGenerator<{ readonly node?: string; readonly record: KeyRecord }> {
    const prefix = recordsOf(captureUid);
    for await (const { key } of bucket.list(prefix)) {
      const [kind, ...path] = key.slice(prefix.length).split('/');
      const record = parseRecordKey(path.at(-1) ?? '');
      if (record === undefined) continue;
      const node = path[0];
      yield { ...(kind === 'nodes' && node !== undefined && { node }), record };
    }
  }

  const cache = createRecordCache(async (captureUid) => {
    const records = createCaptureRecords();
    for await (const { node, record } of listed(captureUid)) records.add(node, record);
    return records;
  }, maxRecords);

  /** @throws StoreError when this server may not use the bucket: then what it remembers counts for nothing */
  function inMemory(captureUid: string) {
    checked('uid', captureUid);
    bucket.requireOpen();
    return cache.get(captureUid);
  }

  async function record(captureUid: string, prefix: string, name: string, node?: string): Promise<void> {
    const key = `${prefix}${name}`;
    try {
      if (!removed.has(captureUid)) await bucket.mark(key);
    } catch (error) {
      // It may be there all the same: only a listing can tell.
      cache.drop(captureUid);
      throw error;
    }
    if (removed.has(captureUid)) {
      await bucket.remove(key);
      throw new Error(`capture ${captureUid} is removed`);
    }
    const parsed = parseRecordKey(name);
    // One that is being read may have been listed before this came; one that cannot be read is read anew.
    const known = await cache.peek(captureUid)?.catch(() => undefined);
    if (parsed !== undefined) known?.add(node, parsed);
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
      if (opened.has(capture.uid)) return;
      await bucket.mark(`captures/${recordKey.capture(capture)}`);
      opened.add(capture.uid);
    },
    nodes: async (captureUid) => (await inMemory(captureUid)).nodes(),
    async node(captureUid, node) {
      checked('node', node);
      return (await inMemory(captureUid)).node(node);
    },
    recordBlob: (captureUid, node, blob) =>
      record(captureUid, nodeRecords(captureUid, node), recordKey.blob(blob), node),
    async recordManifest(captureUid, node, manifest) {
      const prefix = nodeRecords(captureUid, node);
      // The newest manifest of a device counts, so each gets a number after those that are there.
      await locks.run(prefix, async () => {
        const last = (await inMemory(captureUid)).lastSequence(node);
        await record(captureUid, prefix, recordKey.manifest(last + 1, manifest), node);
      });
    },
    revisions: async (captureUid) => (await inMemory(captureUid)).revisions(),
    recordRevision: (captureUid, seal) => record(captureUid, sealRecords(captureUid), recordKey.seal(seal)),
    async *references(captureUid) {
      for await (const { record } of listed(captureUid)) yield referenceOf(record);
    },
    refersTo: async (captureUid, digest) => (await inMemory(captureUid)).refersTo(digest),
    knownSize: async (captureUid, digest) => (await inMemory(captureUid)).storedSize(digest),
    async remove(captureUid) {
      removed.add(checked('uid', captureUid));
      opened.delete(captureUid);
      cache.drop(captureUid);
      for (const prefix of [recordsOf(captureUid), `captures/${captureUid}_`]) {
        await concurrently(bucket.list(prefix), DELETIONS, ({ key }) => bucket.remove(key));
      }
      cache.drop(captureUid);
    },
  };
}

function checked(kind: 'uid' | 'node', value: string): string {
  if (!isName(kind, value)) throw new TypeError(`${JSON.stringify(value)} cannot be a ${kind}`);
  return value;
}
