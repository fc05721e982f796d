import { ArtifactError, type CaptureLedger } from '@nicdiag/artifacts';
import type { LiveCapture } from '../captures/captureIndex.ts';

/** Room in a capture's `maxBytesTotal`, held while a blob is on its way. */
export interface Reservation extends Disposable {
  /** The blob is in the ledger: the room stays taken. */
  keep(): void;
}

export interface Quota {
  /** @param size uncompressed bytes
   * @throws ArtifactError `LimitExceeded` */
  reserve(capture: LiveCapture, size: number): Promise<Reservation>;
  forget(captureUid: string): void;
}

/** Counts in memory; a capture's sum is read from the ledger when it is first asked for. */
export function createQuota(ledger: CaptureLedger): Quota {
  const used = new Map<string, Promise<{ bytes: number }>>();
  const usedBy = (uid: string): Promise<{ bytes: number }> => {
    const there = used.get(uid);
    if (there !== undefined) return there;
    const counted = countBytes(ledger, uid);
    used.set(uid, counted);
    counted.catch(() => used.delete(uid));
    return counted;
  };
  return {
    async reserve(capture, size) {
      const sum = await usedBy(capture.uid);
      if (sum.bytes + size > capture.maxBytesTotal) {
        const name = `${capture.namespace}/${capture.name}`;
        throw new ArtifactError(
          'LimitExceeded',
          `capture ${name} holds ${sum.bytes} bytes; ${size} more would exceed its limits.maxBytesTotal of ${capture.maxBytesTotal}`,
        );
      }
      sum.bytes += size;
      let kept = false;
      return {
        keep() {
          kept = true;
        },
        [Symbol.dispose]() {
          if (!kept) sum.bytes -= size;
        },
      };
    },
    forget: (uid) => used.delete(uid),
  };
}

async function countBytes(ledger: CaptureLedger, uid: string): Promise<{ bytes: number }> {
  let bytes = 0;
  for (const node of await ledger.nodes(uid)) {
    for (const blob of (await ledger.node(uid, node)).blobs.values()) bytes += blob.size;
  }
  return { bytes };
}
