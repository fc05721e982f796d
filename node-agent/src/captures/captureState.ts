import type { StopReason } from '@nicdiag/artifacts';
import { type Logger, toError } from '@nicdiag/runtime';
import type { CaptureRecord } from '../journal/captureRecord.ts';
import type { Journal } from '../journal/journal.ts';
import { stopFor } from '../journal/transitions.ts';
import { untilStored } from '../spool/untilStored.ts';

/** One open capture in memory: its record, and the ways in which it can be told to end. */
export interface CaptureState {
  readonly record: CaptureRecord;
  readonly logger: Logger;
  /** Aborted when no further command may be issued: stopped, dropped, or the agent shuts down. */
  readonly commands: AbortSignal;
  /** Aborted when nothing more is wanted: dropped, or the agent shuts down. */
  readonly everything: AbortSignal;
  readonly dropped: AbortSignal;
  /** Aborted when somebody else wrote a terminal status: what is collected is still uploaded, no status is written. */
  readonly endedElsewhere: AbortSignal;
  /** Applies a transition and resolves when it is on disk. */
  update(change: (record: CaptureRecord) => CaptureRecord): Promise<void>;
  /** The same for what a crash may forget: nobody waits for the disk. */
  note(change: (record: CaptureRecord) => CaptureRecord): void;
  /** Resolves when no note is on its way to the disk. */
  noted(): Promise<void>;
  /** No further commands, for this reason; the first one stays. `EndedElsewhere` counts also after another one. */
  stop(reason: StopReason): void;
  /** The capture was deleted: end at once, its evidence is not wanted. */
  drop(): void;
}

export interface CaptureStateOptions {
  readonly record: CaptureRecord;
  readonly journal: Journal;
  readonly logger: Logger;
  /** The agent shuts down. */
  readonly shutdown: AbortSignal;
}

export function createCaptureState(options: CaptureStateOptions): CaptureState {
  const { journal, logger, shutdown } = options;
  let record = options.record;
  const stopped = new AbortController();
  const dropped = new AbortController();
  const elsewhere = new AbortController();
  if (record.stop === 'EndedElsewhere') elsewhere.abort();
  if (record.stop !== undefined) stopped.abort(new Error(`the capture was stopped: ${record.stop}`));

  const notes = new Set<Promise<void>>();
  const everything = AbortSignal.any([shutdown, dropped.signal]);

  /** A full disk has room again when other evidence is uploaded: what is not in the journal must not be built upon. */
  const update = async (change: (record: CaptureRecord) => CaptureRecord): Promise<void> => {
    const before = record;
    record = change(record);
    if (record === before) return;
    await untilStored(() => journal.save(record), {
      signal: everything,
      onTrouble: (error) => logger.error('the journal cannot be written; it is tried again', { error }),
    });
  };

  return {
    get record() {
      return record;
    },
    logger,
    commands: AbortSignal.any([shutdown, dropped.signal, stopped.signal]),
    everything,
    dropped: dropped.signal,
    endedElsewhere: elsewhere.signal,
    update,
    note(change) {
      const note = update(change)
        .catch((thrown: unknown) => {
          if (!everything.aborted) logger.error('a note could not be kept', { error: toError(thrown) });
        })
        .finally(() => notes.delete(note));
      notes.add(note);
    },
    async noted() {
      await Promise.all(notes);
    },
    stop(reason) {
      if (reason === 'EndedElsewhere') elsewhere.abort(new Error('the capture was ended for this node'));
      if (stopped.signal.aborted) return;
      logger.info('the capture is stopped at the next command', { reason });
      this.note((current) => stopFor(current, reason));
      stopped.abort(new Error(`the capture was stopped: ${reason}`));
    },
    drop() {
      if (dropped.signal.aborted) return;
      logger.info('the capture was deleted; its evidence is dropped');
      dropped.abort(new Error('the capture was deleted'));
    },
  };
}
