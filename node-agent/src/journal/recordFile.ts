import { createHash } from 'node:crypto';
import type { JournalRecord } from './captureRecord.ts';

/** Changes when records do in a way that an older or newer agent cannot read. */
const FORMAT = 'nicdiag-journal/1';

export class JournalCorruptError extends Error {
  override readonly name = 'JournalCorruptError';
  readonly code = 'JournalCorrupt';
  constructor(why: string, options?: ErrorOptions) {
    super(`not a journal entry of this agent: ${why}`, options);
  }
}

/** One line with format and checksum, then the record as JSON. */
export function encodeRecord(record: JournalRecord): string {
  const body = JSON.stringify(record);
  return `${FORMAT} ${checksum(body)}\n${body}\n`;
}

/** The checksum vouches that these are the bytes that `encodeRecord` wrote, and the format that it wrote this shape, so
 * only what tells the two shapes apart is looked at again.
 * @throws JournalCorruptError */
export function decodeRecord(text: string, uid: string): JournalRecord {
  const end = text.indexOf('\n');
  const [format, sum] = text.slice(0, end).split(' ');
  if (end === -1 || format !== FORMAT) throw new JournalCorruptError(`its format is not ${FORMAT}`);
  const body = text.slice(end + 1).trimEnd();
  if (checksum(body) !== sum) throw new JournalCorruptError('its checksum is wrong');
  let record: unknown;
  try {
    record = JSON.parse(body);
  } catch (cause) {
    throw new JournalCorruptError('it is not JSON', { cause });
  }
  if (!isRecord(record)) throw new JournalCorruptError('it is no record');
  if (record.uid !== uid) throw new JournalCorruptError(`it is about ${record.uid}, its name says ${uid}`);
  return record;
}

function isRecord(value: unknown): value is JournalRecord {
  if (typeof value !== 'object' || value === null || !('phase' in value) || !('uid' in value)) return false;
  return (value.phase === 'open' || value.phase === 'finished') && typeof value.uid === 'string';
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
