import type { Digest } from '../digest.ts';
import type { CaptureIdentity } from '../manifest/deviceManifest.ts';
import type { TerminalState } from '../manifest/rules.ts';
import type { SealRevision } from '../protocol/messages.ts';
import type { StoredBlob } from './blobStore.ts';

/** Which capture has what: the roots from which blobs are reachable. Every record is durable when its call resolves. */
export interface CaptureLedger {
  /** Every capture that anything was ever filed under. */
  captures(): Promise<CaptureIdentity[]>;
  /** Files the capture itself; nothing when it is there. */
  open(capture: CaptureIdentity): Promise<void>;
  /** Names of the nodes that filed anything, sorted. */
  nodes(captureUid: string): Promise<string[]>;
  node(captureUid: string, node: string): Promise<NodeRecord>;
  recordBlob(captureUid: string, node: string, blob: StoredBlob): Promise<void>;
  recordManifest(captureUid: string, node: string, manifest: ManifestRecord): Promise<void>;
  /** Revisions of the seal, oldest first. */
  revisions(captureUid: string): Promise<SealRevision[]>;
  recordRevision(captureUid: string, revision: SealRevision): Promise<void>;
  /** Everything that the capture refers to, read from where it is durable: what is not there is deleted. */
  references(captureUid: string): AsyncIterable<Reference>;
  /** Whether the capture refers to a blob, for its download. */
  refersTo(captureUid: string, digest: Digest): Promise<boolean>;
  /** Stored size of a blob that was filed for the capture, where the ledger knows it sooner than the store does. */
  knownSize(captureUid: string, digest: Digest): Promise<number | undefined>;
  /** Forgets the capture; its blobs are left to the sweep. */
  remove(captureUid: string): Promise<void>;
}

export interface Reference {
  readonly digest: Digest;
  /** Uncompressed bytes that a node filed by it; 0 of a manifest and of a seal. */
  readonly held: number;
}

export interface NodeRecord {
  readonly blobs: ReadonlyMap<Digest, StoredBlob>;
  /** The newest manifest of each device, by PCI address. */
  readonly manifests: ReadonlyMap<string, ManifestRecord>;
}

export interface ManifestRecord {
  readonly pciAddress: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly state: TerminalState;
  /** Of its blobs, uncompressed. */
  readonly totalBytes: number;
  /** Of its blobs, as stored. */
  readonly storedBytes: number;
}
