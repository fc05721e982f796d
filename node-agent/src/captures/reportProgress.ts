import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '@nicdiag/runtime';
import type { CaptureContext } from './captureContext.ts';
import type { CaptureState } from './captureState.ts';
import { runningStatus } from './nodeStatus.ts';

export interface ProgressReport extends Disposable {
  /** The first device's turn has come; counts once. */
  begin(): void;
  /** No more writes: resolves when the one under way has been answered, so that the final status comes after it. */
  end(): Promise<void>;
}

/** Writes `Running` when the capture is still at work after two seconds, and after that what has changed, every half
 * minute at most. A write that fails is not repeated: the next one says more. */
export function reportProgress(context: CaptureContext, capture: CaptureState): ProgressReport {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, capture.everything, capture.endedElsewhere]);
  let running: Promise<void> | undefined;

  const loop = async (): Promise<void> => {
    const { runningAfterMs, progressEveryMs } = context.timing;
    let last = '';
    try {
      await sleep(runningAfterMs, undefined, { signal, ref: false });
      for (;;) {
        const status = runningStatus(capture.record);
        const text = JSON.stringify(status);
        if (text !== last) await write(status);
        last = text;
        await sleep(progressEveryMs, undefined, { signal, ref: false });
      }
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  };

  const write = async (status: ReturnType<typeof runningStatus>): Promise<void> => {
    try {
      // Not cancelled by the end: a write of unknown outcome could come after the final one.
      const result = await context.reporter.progress(capture.record, status, { signal: capture.everything });
      if (result === 'gone') capture.drop();
      if (result === 'ended') capture.stop('EndedElsewhere');
    } catch (thrown) {
      if (!signal.aborted) capture.logger.warn('progress could not be reported', { error: toError(thrown) });
    }
  };

  return {
    begin() {
      running ??= loop();
    },
    async end() {
      over.abort();
      await running;
    },
    [Symbol.dispose]: () => over.abort(),
  };
}
