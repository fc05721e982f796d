import type { Digest } from '../digest.ts';
import { canonicalJson } from './canonicalJson.ts';
import { type CaptureIdentity, parseCaptureIdentity, requireUnique } from './deviceManifest.ts';
import { type Fields, fieldsOf, parseJson } from './fields.ts';
import { ManifestError } from './manifestError.ts';
import { NAMES, TERMINAL_STATES, TEXTS, type TerminalState } from './rules.ts';

export const CAPTURE_MANIFEST_SCHEMA = 'nicdiag.dev/capture-manifest/v1';
/** About 350 bytes a device: 40,000 devices take 14 MiB. */
export const MAX_CAPTURE_MANIFEST_BYTES = 32 * 1024 * 1024;
export const MAX_NODES = 10_000;
export const MAX_DEVICES = 80_000;

/** The seal of a capture: every device manifest by its digest, and what became of every node. Made by the artifact
 * server. Evidence that arrives after the seal makes a new revision; older ones are kept. */
export interface CaptureManifest {
  readonly schemaVersion: typeof CAPTURE_MANIFEST_SCHEMA;
  readonly capture: CaptureIdentity;
  /** From 1. */
  readonly revision: number;
  /** Digest of the revision before this one. */
  readonly previous?: Digest;
  /** Sorted by name: nodes that the operator reported when it sealed, those without artifacts included. */
  readonly nodes: readonly SealedNode[];
  /** Sorted by node, then PCI address. */
  readonly devices: readonly SealedDevice[];
  /** Uncompressed bytes of all blobs. */
  readonly totalBytes: number;
}

export interface SealedNode {
  readonly name: string;
  readonly state: TerminalState;
  readonly reason?: string;
}

export interface SealedDevice {
  readonly node: string;
  readonly pciAddress: string;
  readonly state: TerminalState;
  readonly manifest: { readonly digest: Digest; readonly sizeBytes: number };
}

/** @throws ManifestError `TooLarge` */
export function captureManifestBytes(manifest: CaptureManifest): Uint8Array {
  const bytes = canonicalJson(manifest);
  if (bytes.byteLength > MAX_CAPTURE_MANIFEST_BYTES) {
    throw new ManifestError('TooLarge', `the capture manifest would have ${bytes.byteLength} bytes, more than 32 MiB`);
  }
  return bytes;
}

/** @throws ManifestError */
export function parseCaptureManifest(bytes: Uint8Array): CaptureManifest {
  const fields = fieldsOf(parseJson(bytes, 'the capture manifest', MAX_CAPTURE_MANIFEST_BYTES), 'manifest');
  if (fields.string('schemaVersion', TEXTS.short) !== CAPTURE_MANIFEST_SCHEMA) {
    throw new ManifestError('UnknownSchema', `manifest.schemaVersion must be ${CAPTURE_MANIFEST_SCHEMA}`);
  }
  const previous = fields.optionalString('previous', TEXTS.digest).previous;
  const manifest: CaptureManifest = {
    schemaVersion: CAPTURE_MANIFEST_SCHEMA,
    capture: parseCaptureIdentity(fields.object('capture')),
    revision: fields.integer('revision', 1),
    ...(previous !== undefined && { previous: previous as Digest }),
    nodes: fields.list('nodes', MAX_NODES, parseSealedNode),
    devices: fields.list('devices', MAX_DEVICES, parseSealedDevice),
    totalBytes: fields.integer('totalBytes'),
  };
  requireSorted(
    manifest.nodes.map((node) => node.name),
    'manifest.nodes',
  );
  requireSorted(manifest.devices.map(deviceOrder), 'manifest.devices');
  return manifest;
}

/** The order of devices in manifests and bundles. A space sorts before every character of a node name. */
export function deviceOrder(device: { readonly node: string; readonly pciAddress: string }): string {
  return `${device.node} ${device.pciAddress}`;
}

export function parseSealedNode(fields: Fields): SealedNode {
  return {
    name: fields.string('name', NAMES.node),
    state: fields.oneOf('state', TERMINAL_STATES),
    ...fields.optionalString('reason', TEXTS.reason),
  };
}

function parseSealedDevice(fields: Fields): SealedDevice {
  const manifest = fields.object('manifest');
  return {
    node: fields.string('node', NAMES.node),
    pciAddress: fields.string('pciAddress', NAMES.pciAddress),
    state: fields.oneOf('state', TERMINAL_STATES),
    manifest: {
      digest: manifest.string('digest', TEXTS.digest) as Digest,
      sizeBytes: manifest.integer('sizeBytes'),
    },
  };
}

function requireSorted(values: readonly string[], where: string): void {
  const wrong = values.findIndex((value, index) => index > 0 && value <= (values[index - 1] ?? ''));
  if (wrong < 0) return;
  if (values[wrong] === values[wrong - 1]) requireUnique(values, where, 'entry');
  throw new ManifestError('Invalid', `${where} must be sorted`);
}
