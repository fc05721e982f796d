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
  /** Every digest that the capture refers to. */
  references(captureUid: string): AsyncIterable<Digest>;
  /** Forgets the capture; its blobs are left to the sweep. */
  remove(captureUid: string): Promise<void>;
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
