import type { Digest } from '../../digest.ts';
import type { SealRevision } from '../../protocol/messages.ts';
import type { StoredBlob } from '../blobStore.ts';
import type { ManifestRecord, NodeRecord } from '../captureLedger.ts';
import { referenceOf } from '../ledgerLine.ts';
import type { KeyRecord } from './recordKey.ts';

/** All records of one capture in memory. Adding one twice is adding it once, in whatever order they come. */
export interface CaptureRecords {
  /** @param node undefined for a seal */
  add(node: string | undefined, record: KeyRecord): void;
  /** Of the bound on memory. */
  readonly count: number;
  nodes(): string[];
  node(name: string): NodeRecord;
  /** Of the newest manifest of any device of a node; 0 when there is none. */
  lastSequence(node: string): number;
  revisions(): SealRevision[];
  refersTo(digest: Digest): boolean;
  storedSize(digest: Digest): number | undefined;
}

interface NodeEntry {
  readonly blobs: Map<Digest, StoredBlob>;
  readonly manifests: Map<string, ManifestRecord>;
  readonly sequences: Map<string, number>;
}

export function createCaptureRecords(): CaptureRecords {
  const nodes = new Map<string, NodeEntry>();
  const seals = new Map<number, SealRevision>();
  /** What the capture refers to, with the stored size of blobs. */
  const digests = new Map<Digest, number | undefined>();
  let count = 0;

  const entryOf = (name: string): NodeEntry => {
    const there = nodes.get(name);
    if (there !== undefined) return there;
    const entry: NodeEntry = { blobs: new Map(), manifests: new Map(), sequences: new Map() };
    nodes.set(name, entry);
    return entry;
  };

  return {
    get count() {
      return count;
    },
    add(node, record) {
      count += 1;
      if ('seal' in record) seals.set(record.seal.revision, record.seal);
      else if (node !== undefined) addTo(entryOf(node), record);
      const stored = 'blob' in record ? record.blob.storedSize : undefined;
      const { digest } = referenceOf(record);
      digests.set(digest, stored ?? digests.get(digest));
    },
    nodes: () => [...nodes.keys()].sort(),
    node(name) {
      const { blobs, manifests } = nodes.get(name) ?? { blobs: new Map(), manifests: new Map() };
      return { blobs, manifests };
    },
    lastSequence: (node) => Math.max(0, ...(nodes.get(node)?.sequences.values() ?? [])),
    revisions: () => [...seals.values()].sort((a, b) => a.revision - b.revision),
    refersTo: (digest) => digests.has(digest),
    storedSize: (digest) => digests.get(digest),
  };
}

function addTo({ blobs, manifests, sequences }: NodeEntry, record: KeyRecord): void {
  if ('blob' in record) blobs.set(record.blob.digest, record.blob);
  if (!('manifest' in record)) return;
  const { sequence, manifest } = record;
  if (sequence < (sequences.get(manifest.pciAddress) ?? 0)) return;
  sequences.set(manifest.pciAddress, sequence);
  manifests.set(manifest.pciAddress, manifest);
}
