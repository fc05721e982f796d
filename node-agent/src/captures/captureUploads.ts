import { setTimeout as sleep } from 'node:timers/promises';
import type { FinishedCollector, SpooledBlob } from '@nicdiag/artifacts';
import { toError } from '@nicdiag/runtime';
import { crashPoint } from '../crashPoints.ts';
import { judge } from '../inbox/decide.ts';
import type { UploadRecord } from '../journal/captureRecord.ts';
import { deviceOf, uploaded } from '../journal/transitions.ts';
import { budgetKey } from '../spool/spoolBudget.ts';
import { UploadRefused } from '../upload/uploads.ts';
import type { CaptureContext } from './captureContext.ts';
import { captureFields } from './captureFields.ts';
import type { CaptureState } from './captureState.ts';

/** Before a store that does not know a living capture is asked again. */
const STORE_BEHIND_MS = 15_000;

/** One capture's evidence on its way to the store. */
export interface CaptureUploads {
  /** Starts the transfer of a collector's files; they need not wait for the other collectors. */
  files(pciAddress: string, result: FinishedCollector): void;
  /** Transfers what is left of a device, then its manifest; then its spool is deleted. Resolves when that is over, one way
   * or the other. @throws the signal's reason */
  device(pciAddress: string, results: ReadonlyMap<string, FinishedCollector>): Promise<void>;
  /** Why the store has not taken something yet, in the words of the last failed try. */
  readonly trouble: string | undefined;
}

export function createCaptureUploads(
  context: CaptureContext,
  capture: CaptureState,
  { signal }: { readonly signal: AbortSignal },
): CaptureUploads {
  const target = { captureUid: capture.record.capture.uid, node: context.nodeName };
  /** By path: a blob that is under way is not started again. */
  const transfers = new Map<string, Promise<void>>();
  let trouble: string | undefined;
  const optionsFor = (device: string) => ({
    signal,
    onTrouble: (error: Error): void => {
      trouble = error.message;
    },
    about: { ...captureFields(capture.record), device },
  });

  const transfer = (pciAddress: string, blob: SpooledBlob): Promise<void> => {
    const running = transfers.get(blob.path);
    if (running !== undefined) return running;
    const sent = context.uploads.blob(target, blob, optionsFor(pciAddress));
    const started = sent.then(() => crashPoint('blob-uploaded'));
    // Whoever waits for it hears of a failure; until then it is nobody's.
    started.catch(() => undefined);
    transfers.set(blob.path, started);
    return started;
  };

  const conclude = async (pciAddress: string, upload: UploadRecord): Promise<void> => {
    const { uid } = capture.record;
    await capture.update((record) => uploaded(record, pciAddress, upload));
    crashPoint('before-spool-delete');
    await context.spool.removeDevice(uid, pciAddress);
    context.budget.free(budgetKey(uid, pciAddress));
  };

  const once = async (pciAddress: string, results: ReadonlyMap<string, FinishedCollector>): Promise<void> => {
    const blobs = [...results.values()].flatMap((result) => result.blobs);
    await Promise.all(blobs.map((blob) => transfer(pciAddress, blob)));
    const manifest = await context.spool.loadManifest(capture.record.uid, pciAddress);
    await context.uploads.manifest({ ...target, pciAddress }, { manifest, blobs }, optionsFor(pciAddress));
    crashPoint('manifest-uploaded');
    capture.logger.info('the evidence of a device is in the store', { device: pciAddress, blobs: blobs.length });
    await conclude(pciAddress, { state: 'acknowledged' });
  };

  return {
    get trouble() {
      return trouble;
    },
    files(pciAddress, result) {
      for (const blob of result.blobs) void transfer(pciAddress, blob);
    },
    async device(pciAddress, results) {
      const known = deviceOf(capture.record, pciAddress);
      if (known.upload !== undefined) return await conclude(pciAddress, known.upload);
      for (;;) {
        try {
          return await once(pciAddress, results);
        } catch (thrown) {
          signal.throwIfAborted();
          const error = toError(thrown);
          if (!(error instanceof UploadRefused)) throw error;
          capture.logger.error('the store will not take the evidence of a device', { device: pciAddress, error });
          if (error.code === 'LimitExceeded') {
            return await conclude(pciAddress, { state: 'refused', reason: 'LimitExceeded', message: error.message });
          }
          // Only the API server can say that a capture is gone; a store that lost sight of it is not believed.
          const { uid } = capture.record;
          const observed = await context.observe(capture.record, { signal });
          if (judge(observed, uid, context.nodeName) === 'drop') return capture.drop();
          await sleep(STORE_BEHIND_MS, undefined, { signal });
          transfers.clear();
        }
      }
    },
  };
}
