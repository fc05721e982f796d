import type { DecodedFields } from './decodedItem.ts';
import type { Presentation } from './present.ts';

/** `17 (error)`: names of the kernel's log levels.
 * @source include/linux/kern_levels.h */
const LEVELS = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'];

/** Facility and level share a number: the level is the lower three bits. */
const LEVEL_BITS = 0b111;

const NUMBER = /^-?[0-9]{1,15}$/;
const COUNTED = /^(\S+)[ \t]+([0-9]{1,15})$/;
const RECORD = /^([0-9]+),([0-9]+),([0-9]+),[^;]*;(.*)$/;

/** What the host's kernel said, by the path that was read: a number, a text, counters of which each has a line (AER), or
 * records of the kernel's log. */
export function decodeHost(path: string, bytes: Uint8Array): Presentation {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (path.endsWith('/kmsg')) return decodeKernelLog(text);
  const lines = text.split('\n').filter((line) => line !== '');
  const counted = lines.map((line) => COUNTED.exec(line));
  const fields: DecodedFields =
    lines.length > 1 && counted.every((match) => match !== null)
      ? Object.fromEntries(counted.map((match) => [match[1], Number(match[2])]))
      : { value: NUMBER.test(text.trim()) ? Number(text.trim()) : text.trimEnd() };
  return { fields, texts: {}, unknown: {} };
}

function decodeKernelLog(text: string): Presentation {
  const texts: Record<string, string> = {};
  const records: { priority: number; sequence: number; seconds: number; message: string }[] = [];
  for (const line of text.split('\n')) {
    const match = RECORD.exec(line);
    if (match === null) {
      // A line that continues the record above, e.g. SUBSYSTEM=pci.
      const last = records.at(-1);
      if (last !== undefined && line.startsWith(' ')) last.message += `\n${line.trim()}`;
      continue;
    }
    const [, priority, sequence, microseconds, message = ''] = match;
    texts[`records[${records.length}].priority`] = LEVELS[Number(priority) & LEVEL_BITS] ?? '';
    records.push({
      priority: Number(priority),
      sequence: Number(sequence),
      seconds: Number(microseconds) / 1e6,
      message,
    });
  }
  return { fields: { records }, texts, unknown: {} };
}
