import type { CaptureRecords } from './captureRecords.ts';

/** Records of captures in memory, each read when it is first asked for. Above the bound the captures that were not asked
 * for longest go, all but the newest. */
export interface RecordCache {
  get(captureUid: string): Promise<CaptureRecords>;
  /** What is in memory or being read; reads nothing. */
  peek(captureUid: string): Promise<CaptureRecords> | undefined;
  drop(captureUid: string): void;
}

/** @param maxRecords of all captures together; a record takes about 250 bytes */
export function createRecordCache(
  read: (captureUid: string) => Promise<CaptureRecords>,
  maxRecords: number,
): RecordCache {
  interface Entry {
    readonly reading: Promise<CaptureRecords>;
    records?: CaptureRecords;
  }
  const entries = new Map<string, Entry>();

  function shrink(): void {
    let total = 0;
    for (const { records } of entries.values()) total += records?.count ?? 0;
    for (const [uid, { records }] of entries) {
      if (total <= maxRecords || entries.size === 1) return;
      if (records === undefined) continue;
      entries.delete(uid);
      total -= records.count;
    }
  }

  function begin(captureUid: string): Entry {
    const entry: Entry = { reading: read(captureUid) };
    entry.reading.then(
      (records) => {
        entry.records = records;
        shrink();
      },
      () => {
        if (entries.get(captureUid) === entry) entries.delete(captureUid);
      },
    );
    return entry;
  }

  return {
    get(captureUid) {
      const entry = entries.get(captureUid) ?? begin(captureUid);
      // The order of a Map is that of insertion: what was asked for last is last.
      entries.delete(captureUid);
      entries.set(captureUid, entry);
      return entry.reading;
    },
    peek: (captureUid) => entries.get(captureUid)?.reading,
    drop: (captureUid) => void entries.delete(captureUid),
  };
}
