import type { Digest } from '../digest.ts';
import type { ItemFailure } from '../items/itemLine.ts';
import { canonicalJson } from './canonicalJson.ts';
import { type Fields, fieldsOf, parseJson } from './fields.ts';
import { ManifestError } from './manifestError.ts';
import { NAMES, TERMINAL_STATES, TEXTS, type TerminalState } from './rules.ts';

export const DEVICE_MANIFEST_SCHEMA = 'nicdiag.dev/device-manifest/v1';
export const MAX_DEVICE_MANIFEST_BYTES = 1024 * 1024;

/** Which capture artifacts belong to. The UID counts: a name can be used again. */
export interface CaptureIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Everything that was collected from one device in one capture, and under which circumstances. */
export interface DeviceManifest {
  readonly schemaVersion: typeof DEVICE_MANIFEST_SCHEMA;
  readonly capture: CaptureIdentity;
  readonly node: string;
  readonly device: ManifestDevice;
  /** Absent when the device could not be opened. */
  readonly channel?: ManifestChannel;
  readonly agentVersion: string;
  /** Version of the layout data that `decoded.json` was made with. */
  readonly layoutVersion: string;
  readonly state: TerminalState;
  readonly reason?: string;
  readonly message?: string;
  readonly collectors: readonly CollectorManifest[];
}

/** Facts are absent where firmware would not say. */
export interface ManifestDevice {
  readonly pciAddress: string;
  readonly model: string;
  /** PCI device id, `0x1021`. */
  readonly deviceId: string;
  readonly function: 'PF' | 'VF';
  readonly asic?: string;
  readonly psid?: string;
  readonly firmwareVersion?: string;
  readonly serialNumber?: string;
  readonly partNumber?: string;
}

export interface ManifestChannel {
  readonly kind: 'mlx5ctl' | 'fwctl';
  readonly abi: string;
  /** The debug user id that firmware ran the commands under. */
  readonly uid: number;
}

export interface CollectorManifest {
  readonly name: string;
  readonly type: string;
  readonly impact: string;
  readonly state: TerminalState;
  readonly reason?: string;
  readonly message?: string;
  readonly items: number;
  readonly itemErrors: number;
  /** The first of the items that were refused or failed; `itemErrors` counts them all. */
  readonly failures: readonly ItemFailure[];
  /** One for each run of the agent that worked on it: more than one after a restart. */
  readonly spans: readonly TimeSpan[];
  readonly blobs: readonly ManifestBlob[];
}

/** Wall clock and CLOCK_MONOTONIC at both ends: item times are monotonic. `finished…` are absent when the agent died. */
export interface TimeSpan {
  readonly startedAt: string;
  readonly startedNs: string;
  readonly finishedAt?: string;
  readonly finishedNs?: string;
  /** What the collector expected to do, before it did: commands, and bytes of its inboxes and outboxes. */
  readonly estimate?: { readonly commands: number; readonly bytes: number };
}

export interface ManifestBlob {
  /** File name below the collector's folder in the bundle. */
  readonly name: string;
  readonly mediaType: string;
  readonly digest: Digest;
  /** Uncompressed bytes; the digest is over these. */
  readonly size: number;
  /** Bytes as the agent compressed them. */
  readonly storedSize: number;
}

/** @throws ManifestError `TooLarge` */
export function deviceManifestBytes(manifest: DeviceManifest): Uint8Array {
  const bytes = canonicalJson(manifest);
  if (bytes.byteLength > MAX_DEVICE_MANIFEST_BYTES) {
    throw new ManifestError('TooLarge', `the device manifest would have ${bytes.byteLength} bytes, more than 1 MiB`);
  }
  return bytes;
}

/** @throws ManifestError; `NotCanonical` when the same value would be written as other bytes */
export function parseDeviceManifest(bytes: Uint8Array): DeviceManifest {
  const value = parseJson(bytes, 'the device manifest', MAX_DEVICE_MANIFEST_BYTES);
  const fields = fieldsOf(value, 'manifest');
  if (fields.string('schemaVersion', TEXTS.short) !== DEVICE_MANIFEST_SCHEMA) {
    throw new ManifestError('UnknownSchema', `manifest.schemaVersion must be ${DEVICE_MANIFEST_SCHEMA}`);
  }
  const manifest: DeviceManifest = {
    schemaVersion: DEVICE_MANIFEST_SCHEMA,
    capture: parseCaptureIdentity(fields.object('capture')),
    node: fields.string('node', NAMES.node),
    device: parseDevice(fields.object('device')),
    ...fields.optionalObject('channel', parseChannel),
    agentVersion: fields.string('agentVersion', TEXTS.short),
    layoutVersion: fields.string('layoutVersion', TEXTS.short),
    state: fields.oneOf('state', TERMINAL_STATES),
    ...fields.optionalString('reason', TEXTS.reason),
    ...fields.optionalString('message', TEXTS.message),
    collectors: fields.list('collectors', 16, parseCollector),
  };
  if (!Buffer.from(canonicalJson(value)).equals(bytes)) {
    throw new ManifestError('NotCanonical', 'the device manifest is not in canonical form (sorted keys, indent 2)');
  }
  requireUnique(
    manifest.collectors.map((collector) => collector.name),
    'manifest.collectors',
    'name',
  );
  for (const collector of manifest.collectors) {
    requireUnique(
      collector.blobs.map((blob) => blob.name),
      `the blobs of collector ${collector.name}`,
      'name',
    );
  }
  return manifest;
}

export function parseCaptureIdentity(fields: Fields): CaptureIdentity {
  return {
    namespace: fields.string('namespace', NAMES.namespace),
    name: fields.string('name', NAMES.capture),
    uid: fields.string('uid', NAMES.uid),
  };
}

export function requireUnique(values: readonly string[], where: string, what: string): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new ManifestError('Invalid', `${where} has the ${what} ${twice} twice`);
}

function parseDevice(fields: Fields): ManifestDevice {
  return {
    pciAddress: fields.string('pciAddress', NAMES.pciAddress),
    model: fields.string('model', TEXTS.short),
    deviceId: fields.string('deviceId', {
      maxLength: 6,
      pattern: /^0x[0-9a-f]{1,4}$/,
      what: 'a PCI device id: 0x1021',
    }),
    function: fields.oneOf('function', ['PF', 'VF']),
    ...fields.optionalString('asic', TEXTS.short),
    ...fields.optionalString('psid', TEXTS.short),
    ...fields.optionalString('firmwareVersion', TEXTS.short),
    ...fields.optionalString('serialNumber', TEXTS.short),
    ...fields.optionalString('partNumber', TEXTS.short),
  };
}

function parseChannel(fields: Fields): ManifestChannel {
  return {
    kind: fields.oneOf('kind', ['mlx5ctl', 'fwctl']),
    abi: fields.string('abi', TEXTS.short),
    uid: fields.integer('uid'),
  };
}

function parseCollector(fields: Fields): CollectorManifest {
  return {
    name: fields.string('name', NAMES.collector),
    type: fields.string('type', TEXTS.short),
    impact: fields.string('impact', TEXTS.short),
    state: fields.oneOf('state', TERMINAL_STATES),
    ...fields.optionalString('reason', TEXTS.reason),
    ...fields.optionalString('message', TEXTS.message),
    items: fields.integer('items'),
    itemErrors: fields.integer('itemErrors'),
    failures: fields.list('failures', 64, parseFailure),
    spans: fields.list('spans', 64, parseSpan),
    blobs: fields.list('blobs', 16, parseBlob),
  };
}

function parseFailure(fields: Fields): ItemFailure {
  return {
    key: fields.string('key', TEXTS.message),
    outcome: fields.oneOf('outcome', ['ok', 'refused', 'failed']),
    ...fields.optionalString('status', TEXTS.short),
    ...fields.optionalString('syndrome', TEXTS.short),
    ...fields.optionalString('errno', TEXTS.short),
  };
}

function parseSpan(fields: Fields): TimeSpan {
  return {
    startedAt: fields.string('startedAt', TEXTS.time),
    startedNs: fields.string('startedNs', TEXTS.nanoseconds),
    ...fields.optionalString('finishedAt', TEXTS.time),
    ...fields.optionalString('finishedNs', TEXTS.nanoseconds),
    ...fields.optionalObject('estimate', (estimate) => ({
      commands: estimate.integer('commands'),
      bytes: estimate.integer('bytes'),
    })),
  };
}

export function parseBlob(fields: Fields): ManifestBlob {
  return {
    name: fields.string('name', NAMES.file),
    mediaType: fields.string('mediaType', TEXTS.short),
    digest: fields.string('digest', TEXTS.digest) as Digest,
    size: fields.integer('size'),
    storedSize: fields.integer('storedSize'),
  };
}
