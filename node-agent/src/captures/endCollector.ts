import { type CollectorSpool, collectorOutcome, type FinishedCollector, type LaneEnd } from '@nicdiag/artifacts';
import type { CollectorEnd } from '@nicdiag/mlx5';
import { crashPoint } from '../crashPoints.ts';
import type { CollectorRecord } from '../journal/captureRecord.ts';
import { collectorEnded } from '../journal/transitions.ts';
import { budgetKey } from '../spool/spoolBudget.ts';
import { untilStored } from '../spool/untilStored.ts';
import type { CaptureContext } from './captureContext.ts';
import type { CaptureState } from './captureState.ts';

export interface EndingCollector {
  readonly name: string;
  readonly spool: CollectorSpool;
  /** As the lane told it. */
  readonly end?: CollectorEnd;
  /** How the lane ended, when it did before the collector. */
  readonly lane?: LaneEnd;
  readonly finished?: { readonly finishedAt: string; readonly finishedNs: string };
}

/** Makes the files of a collector that is over, whatever way, and puts its outcome into the journal. From then on it is
 * never run again. */
export async function endCollector(
  context: CaptureContext,
  capture: CaptureState,
  pciAddress: string,
  ending: EndingCollector,
): Promise<FinishedCollector> {
  const { name, spool, end, lane, finished } = ending;
  const { uid, stop } = capture.record;
  crashPoint('collector-flushed');
  const result = await untilStored(() => spool.finish(), {
    signal: capture.everything,
    onTrouble: (error) =>
      capture.logger.error('the files of a collector cannot be made; it is tried again', { device: pciAddress, error }),
  });
  const storedBytes = result.blobs.reduce((sum, blob) => sum + blob.storedSize, 0);
  // Beyond the limit if need be: a tenth more, so that what was collected can be uploaded.
  context.budget.book(budgetKey(uid, pciAddress), storedBytes);
  await context.spool.saveResult(uid, pciAddress, name, result);
  const record: CollectorRecord = {
    ...collectorOutcome(name, end, lane, result, stop),
    totalBytes: result.blobs.reduce((sum, blob) => sum + blob.size, 0),
    storedBytes,
  };
  await capture.update((current) => collectorEnded(current, pciAddress, record, finished));
  context.metrics.collectorEnded(capture.record, name, record);
  capture.logger.info('a collector has ended', {
    device: pciAddress,
    collector: name,
    state: record.state,
    reason: record.reason,
    items: record.items,
    itemErrors: record.itemErrors,
    bytes: record.totalBytes,
  });
  crashPoint('collector-finished');
  return result;
}
