import type { Digest } from '../digest.ts';
import { MAX_DEVICES, MAX_NODES, parseSealedNode, type SealedNode } from '../manifest/captureManifest.ts';
import {
  type CaptureIdentity,
  type ManifestBlob,
  parseBlob,
  parseCaptureIdentity,
} from '../manifest/deviceManifest.ts';
import { type Fields, fieldsOf } from '../manifest/fields.ts';
import { NAMES, TERMINAL_STATES, TEXTS, type TerminalState } from '../manifest/rules.ts';

/** Body of every error. */
export interface ErrorBody {
  readonly reason: string;
  readonly message: string;
}

/** Answer to a PUT of a blob. */
export interface BlobReceipt {
  readonly digest: Digest;
  readonly size: number;
  readonly storedSize: number;
}

/** Answer to a PUT of a device manifest. */
export interface ManifestReceipt {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** True when the capture was sealed already: the seal then has a new revision. */
  readonly late: boolean;
}

/** Body of POST seal. */
export interface SealRequest {
  /** What became of every node, those without artifacts included; any order. Absent: as when it was sealed last, to learn
   * of the newest revision after that; an error when it has not been sealed. */
  readonly nodes?: readonly SealedNode[];
}

/** Answer to POST seal; `digest` and `sizeBytes` go into `status.manifest`. */
export interface SealReceipt {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly revision: number;
  readonly devices: number;
  readonly totalBytes: number;
  readonly storedBytes: number;
}

/** Answer to GET artifacts. */
export interface ArtifactList {
  readonly capture: CaptureIdentity;
  /** The seal's revisions, oldest first; empty before the seal. */
  readonly revisions: readonly SealRevision[];
  readonly devices: readonly ListedDevice[];
}

export interface SealRevision {
  readonly revision: number;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface ListedDevice {
  readonly node: string;
  readonly pciAddress: string;
  readonly state: TerminalState;
  readonly manifest: { readonly digest: Digest; readonly sizeBytes: number };
  readonly blobs: readonly ListedBlob[];
}

export interface ListedBlob extends ManifestBlob {
  readonly collector: string;
}

const PARSE_ROOT = 'the answer';

export function parseErrorBody(value: unknown): ErrorBody {
  const fields = fieldsOf(value, PARSE_ROOT);
  return {
    reason: fields.string('reason', TEXTS.short),
    message: fields.string('message', { maxLength: 4096 }),
  };
}

export function parseManifestReceipt(value: unknown): ManifestReceipt {
  const fields = fieldsOf(value, PARSE_ROOT);
  return {
    digest: parseDigest(fields),
    sizeBytes: fields.integer('sizeBytes'),
    late: fields.optionalBoolean('late').late ?? false,
  };
}

export function parseSealRequest(value: unknown): SealRequest {
  const fields = fieldsOf(value, 'request');
  if (typeof value === 'object' && value !== null && !('nodes' in value)) return {};
  return { nodes: fields.list('nodes', MAX_NODES, parseSealedNode) };
}

export function parseSealReceipt(value: unknown): SealReceipt {
  const fields = fieldsOf(value, PARSE_ROOT);
  return {
    digest: parseDigest(fields),
    sizeBytes: fields.integer('sizeBytes'),
    revision: fields.integer('revision', 1),
    devices: fields.integer('devices'),
    totalBytes: fields.integer('totalBytes'),
    storedBytes: fields.integer('storedBytes'),
  };
}

export function parseArtifactList(value: unknown): ArtifactList {
  const fields = fieldsOf(value, PARSE_ROOT);
  return {
    capture: parseCaptureIdentity(fields.object('capture')),
    revisions: fields.list('revisions', 10_000, (revision) => ({
      revision: revision.integer('revision', 1),
      digest: parseDigest(revision),
      sizeBytes: revision.integer('sizeBytes'),
    })),
    devices: fields.list('devices', MAX_DEVICES, parseListedDevice),
  };
}

function parseListedDevice(fields: Fields): ListedDevice {
  const manifest = fields.object('manifest');
  return {
    node: fields.string('node', NAMES.node),
    pciAddress: fields.string('pciAddress', NAMES.pciAddress),
    state: fields.oneOf('state', TERMINAL_STATES),
    manifest: { digest: parseDigest(manifest), sizeBytes: manifest.integer('sizeBytes') },
    blobs: fields.list('blobs', 256, (blob) => ({
      collector: blob.string('collector', NAMES.collector),
      ...parseBlob(blob),
    })),
  };
}

function parseDigest(fields: Fields): Digest {
  return fields.string('digest', TEXTS.digest) as Digest;
}
