/** Where a test may kill the server (`NICDIAG_CRASH_AT`, see @nicdiag/runtime). Whatever was not acknowledged must come
 * out the same when it is tried again. */
export const CRASH_POINTS = [
  /** All bytes of a blob are in the upload file, nothing is verified. */
  'blobReceived',
  /** The blob has its name in the store, no capture refers to it yet. */
  'blobStored',
  /** The ledger has the blob, the agent does not know. */
  'blobRecorded',
  /** The ledger has a device manifest, the agent does not know, a late one is not in the seal. */
  'manifestRecorded',
  /** The capture manifest is written, no revision names it. */
  'sealStored',
  /** The revision is recorded, the operator does not know. */
  'sealRecorded',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];
