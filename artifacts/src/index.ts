export { BundleError, extractBundle } from './bundle/extractBundle.ts';
export { type BundlePart, type BundlePlan, type BundleSource, planBundle, streamBundle } from './bundle/planBundle.ts';
export { readTar, type TarEntry } from './bundle/readTar.ts';
export { type BundleProblem, type BundleReport, type VerifyOptions, verifyBundle } from './bundle/verifyBundle.ts';
export {
  type ArtifactClient,
  type ArtifactClientOptions,
  createArtifactClient,
  type UploadBlob,
  type UploadTarget,
} from './client/artifactClient.ts';
export { ArtifactError } from './client/artifactError.ts';
export { type ArtifactReader, type BundleDownload, createArtifactReader } from './client/artifactReader.ts';
export type { Transport, TransportRequest, TransportResponse } from './client/transport.ts';
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
  type CollectorFindings,
  type DeviceFindings,
  describeDevice,
  fittingManifestBytes,
} from './manifest/describeDevice.ts';
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
export { type Evidence, type LastRevision, nextRevision } from './manifest/nextRevision.ts';
export { isName, TERMINAL_STATES, type TerminalState } from './manifest/rules.ts';
export { collectorOutcome, type LaneEnd, type ReportedEnd, type StopReason } from './outcome/collectorOutcome.ts';
export {
  type CollectorOutcome,
  type DeviceOutcome,
  foldCollectors,
  foldDevices,
  NO_PSID,
  type NodeOutcome,
  type OutcomeState,
} from './outcome/outcome.ts';
export {
  type ContentRange,
  formatContentRange,
  HEADERS,
  parseContentRange,
  parseRange,
} from './protocol/headers.ts';
export {
  type ArtifactList,
  type BlobReceipt,
  type ErrorBody,
  type ListedBlob,
  type ListedDevice,
  type ManifestReceipt,
  parseSealRequest,
  type SealReceipt,
  type SealRequest,
  type SealRevision,
} from './protocol/messages.ts';
export { PATH_PATTERNS, userPath } from './protocol/paths.ts';
export { ARTIFACT_REASONS, type ArtifactReason } from './protocol/reasons.ts';
export type { WallClock } from './raw/encodeItem.ts';
export { RawFormatError } from './raw/frameHeader.ts';
export { readItems } from './raw/readItems.ts';
export type { RecordedItem } from './raw/takeItem.ts';
export { readFileChunks } from './readFileChunks.ts';
export {
  type CollectorSpool,
  type CollectorSpoolOptions,
  createCollectorSpool,
  type FinishedCollector,
} from './spool/collectorSpool.ts';
export type { ItemDecoder, RenderedReport, ReportMaker } from './spool/itemDecoder.ts';
export { SpoolError } from './spool/spoolError.ts';
export type { SpooledBlob } from './spool/writeBlob.ts';
export {
  type BlobStore,
  type BlobUpload,
  type StoredBlob,
  StoreError,
  type SweepResult,
  type TakenBlob,
  type UploadKey,
} from './store/blobStore.ts';
export type { CaptureLedger, ManifestRecord, NodeRecord, Reference } from './store/captureLedger.ts';
export { createFilesystemBlobStore } from './store/filesystemBlobStore.ts';
export { createFilesystemLedger } from './store/filesystemLedger.ts';
export { createKeyedLock, type KeyedLock } from './store/keyedLock.ts';
export { decompress } from './zstd/decompress.ts';
export { ZstdError } from './zstd/zstdError.ts';
