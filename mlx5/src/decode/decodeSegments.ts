import type { Item } from '../collect/item.ts';
import { carriesData, segmentPayload } from '../collect/resourceDump/segmentPayload.ts';
import {
  decodeStruct,
  faultOfReply,
  isResource,
  MAILBOX_HEADER_BYTES,
  parseSegments,
  RESOURCE_DUMP_REPLY_BYTES,
  type ReplyFault,
  readBits,
  SEGMENT,
  type Segment,
  segmentTypeOf,
} from '../prm/index.ts';
import type { DecodedError, DecodedFields, DecodedValue } from './decodedItem.ts';
import { characters } from './fieldTexts.ts';
import { type Collected, type Presentation, presentAt } from './present.ts';
import { presentAnswer } from './presentAnswer.ts';
import { presentEntries } from './queueEntries.ts';
import { wordsOf } from './words.ts';

/** Segments with a layout of their own, by type. */
const KNOWN: ReadonlyMap<number, { readonly name: string; readonly layout: string; readonly text?: string }> = new Map([
  [SEGMENT.INFO, { name: 'INFO', layout: 'resource_dump_info_segment' }],
  [SEGMENT.COMMAND, { name: 'COMMAND', layout: 'resource_dump_command_segment' }],
  [SEGMENT.TERMINATE, { name: 'TERMINATE', layout: 'resource_dump_terminate_segment' }],
  [SEGMENT.REFERENCE, { name: 'REFERENCE', layout: 'resource_dump_reference_segment' }],
  [SEGMENT.MENU, { name: 'MENU', layout: 'resource_dump_menu_segment' }],
  [SEGMENT.ERROR, { name: 'ERROR', layout: 'resource_dump_error_segment', text: 'error' }],
  [SEGMENT.NOTICE, { name: 'NOTICE', layout: 'resource_dump_notice_segment', text: 'notice' }],
]);
const RESOURCE_HEADER_BYTES = 16;
const MOST_COUNTED = 0xfff0;

/** Names and values of the segments that an item stands for. Pure; takes any bytes. */
export function decodeSegments(item: Pick<Item, 'frames' | 'index'>): Presentation {
  const payload = segmentPayload(item);
  const { segments, end } = parseSegments(payload);
  const collected: Collected = { texts: {}, unknown: {} };
  const context: Context = { collected, count: undefined };
  const shown: DecodedValue[] = segments.map((segment, at) => presentSegment(segment, `segments[${at}]`, context));
  const rest = payload.subarray(end);
  const fields = { segments: shown, ...(rest.length === 0 ? {} : { not_a_segment: wordsOf(rest) }) };
  return { fields, texts: { ...collected.texts }, unknown: { ...collected.unknown } };
}

interface Context {
  readonly collected: Collected;
  /** Entries that the dump was asked for, by the COMMAND segment that stands in front. */
  count: number | undefined;
}

function presentSegment(segment: Segment, path: string, context: Context): DecodedFields {
  const { type, start, bytes } = segment;
  const known = KNOWN.get(type);
  const { collected } = context;
  if (known === undefined) return presentResource(segment, path, context);
  collected.texts[`${path}.segment_type`] = known.name;
  if (type === SEGMENT.COMMAND) context.count = bytes.length >= 20 ? readBits(bytes, 0x12 * 8, 16) : undefined;
  const { segment_header: _header, ...fields } = presentAt(
    decodeStruct(known.layout, bytes),
    { path, byte: start },
    collected,
  );
  if (type === SEGMENT.MENU) return { segment_type: type, ...presentMenu(fields) };
  if (known.text !== undefined) {
    const text = textOf(bytes);
    if (text !== undefined) collected.texts[`${path}.${known.text}`] = text;
  }
  if (type === SEGMENT.COMMAND) nameType(fields['segment_called'], `${path}.segment_called`, collected);
  if (type === SEGMENT.REFERENCE) nameType(fields['reference_segment'], `${path}.reference_segment`, collected);
  return { segment_type: type, ...fields };
}

/** The menu's records with the names of those flags that are set, in place of twelve bits each. */
function presentMenu(fields: DecodedFields): DecodedFields {
  const records = fields['record'];
  if (!isList(records)) return fields;
  return { ...fields, record: records.map((record) => (isFields(record) ? withFlags(record) : record)) };
}

const PLAIN = new Set(['segment_type', 'segment_name', 'index1_name', 'index2_name']);

function withFlags(record: DecodedFields): DecodedFields {
  const entries = Object.entries(record);
  const set = entries.filter(([name, value]) => !PLAIN.has(name) && value === 1).map(([name]) => name);
  return { ...Object.fromEntries(entries.filter(([name]) => PLAIN.has(name))), flags: set.reverse() };
}

function isList(value: DecodedValue | undefined): value is readonly DecodedValue[] {
  return Array.isArray(value);
}

function isFields(value: DecodedValue): value is DecodedFields {
  return typeof value === 'object' && !isList(value);
}

function presentResource({ type, start, bytes }: Segment, path: string, context: Context): DecodedFields {
  const { collected, count } = context;
  nameType(type, `${path}.segment_type`, collected);
  if (!isResource(type) || bytes.length < RESOURCE_HEADER_BYTES) {
    return { segment_type: type, words: wordsOf(bytes.subarray(4)) };
  }
  const index1 = readBits(bytes, 0x8 * 8, 32);
  const index2 = readBits(bytes, 0xc * 8, 32);
  const reserved = readBits(bytes, 0x4 * 8, 32);
  if (reserved !== 0)
    collected.unknown[`0x${(start + 4).toString(16)}`] = `0x${reserved.toString(16).padStart(8, '0')}`;
  const known = segmentTypeOf(type);
  const head: DecodedFields = { segment_type: type, index1, index2 };
  const payload = bytes.subarray(RESOURCE_HEADER_BYTES);
  const byte = start + RESOURCE_HEADER_BYTES;
  if (known?.index1 !== undefined) collected.texts[`${path}.index1`] = `${known.index1} 0x${index1.toString(16)}`;
  if (known?.body !== undefined) {
    return { ...head, body: presentAnswer(known.body, payload, { path: `${path}.body`, byte }, collected) };
  }
  if (known?.entries !== undefined) {
    const counted = count !== undefined && count > 0 && count <= MOST_COUNTED ? { count } : {};
    const buffer = { kind: known.entries, bytes: payload, first: index2, ...counted, path: `${path}.entries`, byte };
    return { ...head, entries: presentEntries(buffer, collected) };
  }
  return { ...head, words: wordsOf(payload) };
}

function nameType(type: DecodedValue | undefined, path: string, { texts }: Collected): void {
  const name = typeof type === 'number' ? (segmentTypeOf(type)?.name ?? KNOWN.get(type)?.name) : undefined;
  if (name !== undefined) texts[path] = name;
}

/** The 32 characters of an error or notice. */
function textOf(bytes: Uint8Array): string | undefined {
  return characters([...bytes.subarray(0x10, 0x30)], 1);
}

const FAULTS: Readonly<Record<ReplyFault, string>> = {
  BadSequence: 'the number of a reply does not follow that of its request',
  BadSize: 'a reply claims more bytes than it can hold',
  NoProgress: 'firmware announces more and sends nothing',
};

/** What is wrong with a dump whose commands firmware answered with OK. */
export function segmentFault(item: Item): DecodedError {
  const payload = segmentPayload(item);
  const error = parseSegments(payload).segments.find(({ type }) => type === SEGMENT.ERROR);
  if (error !== undefined && item.name === 'ERROR') {
    const syndrome = error.bytes.length >= 8 ? readBits(error.bytes, 48, 16) : 0;
    return { name: 'ERROR', text: textOf(error.bytes) ?? 'without a text', syndrome: `0x${syndrome.toString(16)}` };
  }
  for (const { inbox, outbox } of item.frames.filter(carriesData)) {
    const reply = outbox.subarray(MAILBOX_HEADER_BYTES, RESOURCE_DUMP_REPLY_BYTES);
    const fault = faultOfReply(inbox.subarray(MAILBOX_HEADER_BYTES), reply);
    if (fault !== undefined) return { name: fault, text: FAULTS[fault] };
  }
  const all = segmentPayload({ frames: item.frames, index: {} });
  if (parseSegments(all, Math.min(item.index['skip'] ?? 0, all.length)).corrupt) {
    return { name: 'BadSegment', text: 'a segment claims a length of 0: what follows cannot be found' };
  }
  return { name: 'Truncated', text: 'the dump ends within a segment, or does not come to its end' };
}
