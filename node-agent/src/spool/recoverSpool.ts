import type { Logger } from '@nicdiag/runtime';
import type { JournalRecord } from '../journal/captureRecord.ts';
import { budgetKey, type SpoolBudget } from './spoolBudget.ts';
import type { SpoolDirectory } from './spoolDirectory.ts';

const KEEP_ORPHANS_MS = 7 * 24 * 3_600_000;

/** Books what an earlier agent left in the spool. What belongs to a finished capture goes: its agent died between the
 * journal and the deletion. What belongs to no record is kept for a week and counts against the limit: its journal entry
 * was put aside, and should the capture still be assigned, the evidence is taken up again. */
export async function recoverSpool(
  spool: SpoolDirectory,
  budget: SpoolBudget,
  records: readonly JournalRecord[],
  logger: Logger,
): Promise<void> {
  const phases = new Map(records.map(({ uid, phase }) => [uid, phase]));
  for (const uid of await spool.captures()) {
    const phase = phases.get(uid);
    const old = Date.now() - (await spool.modifiedAt(uid)) > KEEP_ORPHANS_MS;
    if (phase === 'finished' || (phase === undefined && old)) {
      await spool.removeCapture(uid);
      continue;
    }
    let bytes = 0;
    for (const pciAddress of await spool.devices(uid)) {
      const size = await spool.size(uid, pciAddress);
      budget.book(budgetKey(uid, pciAddress), size);
      bytes += size;
    }
    if (phase === undefined)
      logger.warn('the spool has evidence without a journal entry', { nodeCaptureUid: uid, bytes });
  }
}
