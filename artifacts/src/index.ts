export { type Digest, digestFromHex, digestOf, hexOf, isDigest } from './digest.ts';
export type { ItemFailure, ItemLine } from './items/itemLine.ts';
export { canonicalJson } from './manifest/canonicalJson.ts';
export {
  CAPTURE_MANIFEST_SCHEMA,
  type CaptureManifest,
  captureManifestBytes,
  deviceOrder,
  parseCaptureManifest,
  type SealedDevice,
  type SealedNode,
} from './manifest/captureManifest.ts';
export {
  type CaptureIdentity,
  type CollectorManifest,
  DEVICE_MANIFEST_SCHEMA,
  type DeviceManifest,
  deviceManifestBytes,
  MAX_DEVICE_MANIFEST_BYTES,
  type ManifestBlob,
  type ManifestChannel,
  type ManifestDevice,
  parseDeviceManifest,
  type TimeSpan,
} from './manifest/deviceManifest.ts';
export { ManifestError } from './manifest/manifestError.ts';
export { isName, TERMINAL_STATES, type TerminalState } from './manifest/rules.ts';
export { RawFormatError } from './raw/frameHeader.ts';
export { readItems } from './raw/readItems.ts';
export type { RecordedItem } from './raw/takeItem.ts';
export {
  type CollectorSpool,
  type CollectorSpoolOptions,
  createCollectorSpool,
  type FinishedCollector,
} from './spool/collectorSpool.ts';
export type { ItemDecoder } from './spool/itemDecoder.ts';
export { SpoolError } from './spool/spoolError.ts';
export type { SpooledBlob } from './spool/writeBlob.ts';
