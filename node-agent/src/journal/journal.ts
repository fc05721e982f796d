import { readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isName } from '@nicdiag/artifacts';
import { type Logger, makeDirectoryDurably, syncDirectory, toError, writeFileDurably } from '@nicdiag/runtime';
import type { JournalRecord } from './captureRecord.ts';
import { decodeRecord, encodeRecord } from './recordFile.ts';

/** The durable memory of the agent: one small file for each capture, replaced whole at each step. */
export interface Journal {
  /** Resolves when the record, or a later one of the same capture, is on disk. */
  save(record: JournalRecord): Promise<void>;
  /** Forgets a capture. Nothing there is fine. */
  forget(uid: string): Promise<void>;
}

export interface RecoveredJournal {
  readonly journal: Journal;
  /** What the last agent left, oldest assignment first. */
  readonly records: readonly JournalRecord[];
}

const SUFFIX = '.journal';
const QUARANTINE = 'quarantine';

/** Opens the journal in `directory` (made if missing). An entry that cannot be read is moved to `quarantine/` with an
 * error in the log; the agent goes on without it: should its capture still be assigned it is begun anew, and what is in
 * its spool is not read from the device again. */
export async function openJournal(directory: string, logger: Logger): Promise<RecoveredJournal> {
  await makeDirectoryDurably(join(directory, QUARANTINE));
  const records: JournalRecord[] = [];
  for (const file of await readdir(directory)) {
    if (!file.endsWith(SUFFIX)) continue;
    const path = join(directory, file);
    try {
      records.push(decodeRecord(await readFile(path, 'utf8'), file.slice(0, -SUFFIX.length)));
    } catch (thrown) {
      const kept = join(directory, QUARANTINE, `${file}.${Date.now()}`);
      logger.error('a journal entry cannot be read; it is put aside and its capture forgotten', {
        path,
        kept,
        error: toError(thrown),
      });
      await rename(path, kept);
    }
  }
  records.sort((a, b) => age(a).localeCompare(age(b)));
  return { journal: createJournal(directory), records };
}

function createJournal(directory: string): Journal {
  /** The write under way for each capture, and the record that waits behind it: only the newest is worth writing. */
  const writes = new Map<string, Promise<void>>();
  const next = new Map<string, { record: JournalRecord; done: Promise<void> }>();

  const pathOf = (uid: string): string => {
    // It becomes a file name and comes from outside.
    if (!isName('uid', uid)) throw new Error(`"${uid}" is not a UID`);
    return join(directory, `${uid}${SUFFIX}`);
  };

  const write = async (record: JournalRecord): Promise<void> => {
    await writeFileDurably(pathOf(record.uid), encodeRecord(record));
  };

  const track = (uid: string, work: Promise<void>): Promise<void> => {
    writes.set(uid, work);
    const clear = () => {
      if (writes.get(uid) === work) writes.delete(uid);
    };
    work.then(clear, clear);
    return work;
  };

  return {
    save(record) {
      const { uid } = record;
      const running = writes.get(uid);
      if (running === undefined) return track(uid, write(record));
      const waiting = next.get(uid);
      if (waiting !== undefined) {
        waiting.record = record;
        return waiting.done;
      }
      const entry = { record, done: Promise.resolve() };
      const start = (): Promise<void> => {
        next.delete(uid);
        return write(entry.record);
      };
      entry.done = running.then(start, start);
      next.set(uid, entry);
      return track(uid, entry.done);
    },
    async forget(uid) {
      await writes.get(uid)?.catch(() => undefined);
      try {
        await unlink(pathOf(uid));
        await syncDirectory(directory);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    },
  };
}

function age(record: JournalRecord): string {
  return record.phase === 'open' ? record.assignedAt : record.finishedAt;
}
