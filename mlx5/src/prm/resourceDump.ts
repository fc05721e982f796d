import { type BitField, readBits, readField, writeBits, writeField } from './bits.ts';
import { fieldPosition } from './fieldPath.ts';
import { MAILBOX_HEADER_BYTES } from './mailbox.ts';

/** The register RESOURCE_DUMP. Requests and replies below are its 256 bytes, without the command's header. */
export const RESOURCE_DUMP = { id: 0xc000, bytes: 256, inlineBytes: 208 } as const;
/** Outbox of the command that reads it. What stands behind was copied out of memory. */
export const RESOURCE_DUMP_REPLY_BYTES = MAILBOX_HEADER_BYTES + RESOURCE_DUMP.bytes;
const LAYOUT = 'resource_dump_ext';

/** Counts with a meaning of their own, where the menu offers them. */
export const ACTIVE_OBJECTS = 0xfffe;
export const ALL_OBJECTS = 0xffff;
/** Most objects that one request can count. */
export const MOST_OBJECTS = 0xfff0;

/** What to dump. Names as the register has them. */
export interface DumpArguments {
  readonly segment_type: number;
  readonly index1: number;
  readonly index2: number;
  readonly num_of_obj1: number;
  readonly num_of_obj2: number;
}

/** What is wrong with a reply:
 * - `BadSequence`: its number does not follow that of the request
 * - `BadSize`: it claims more bytes than it can hold
 * - `NoProgress`: it announces more and changed nothing */
export type ReplyFault = 'BadSequence' | 'BadSize' | 'NoProgress';

/** Fields that a continuation takes over from the reply before. */
const CONTINUED = ['more_dump', 'seq_num', 'index1', 'index2', 'num_of_obj1', 'num_of_obj2', 'device_opaque'] as const;

function position(field: string): BitField {
  return fieldPosition(LAYOUT, field);
}

function numberIn(bytes: Uint8Array, field: string): number {
  const { bit, width } = position(field);
  return readBits(bytes, bit, width);
}

/** Writes the first request of a dump into zeroed bytes. */
export function writeDumpRequest(request: Uint8Array, given: DumpArguments): void {
  for (const [field, value] of Object.entries(given)) writeField(request, position(field), value);
}

/** Writes into zeroed bytes the request for what follows after a reply. */
export function continueDump(request: Uint8Array, given: DumpArguments, reply: Uint8Array): void {
  const type = position('segment_type');
  writeBits(request, type.bit, type.width, given.segment_type);
  for (const field of CONTINUED) writeField(request, position(field), readField(reply, position(field)));
}

/** Asks for the data in the register itself. */
export function askInline(request: Uint8Array): void {
  const { bit, width } = position('inline_dump');
  writeBits(request, bit, width, 1);
}

/** Asks for the data in memory.
 * @param address where in the memory key's range, `size` bytes from there on */
export function askInMemory(request: Uint8Array, mkey: number, address: bigint, size: number): void {
  writeField(request, position('mkey'), mkey);
  writeField(request, position('address'), address);
  writeField(request, position('size'), size);
}

export function moreFollows(reply: Uint8Array): boolean {
  return numberIn(reply, 'more_dump') === 1;
}

/** Bytes that came with a reply, as it says. */
export function sizeOfReply(reply: Uint8Array): number {
  return numberIn(reply, 'size');
}

export function sequenceOf(bytes: Uint8Array): number {
  return numberIn(bytes, 'seq_num');
}

/** @returns what is wrong, nothing for a reply that may follow its request */
export function faultOfReply(request: Uint8Array, reply: Uint8Array): ReplyFault | undefined {
  if (sequenceOf(reply) !== ((sequenceOf(request) + 1) & 0xf)) return 'BadSequence';
  const inline = numberIn(request, 'inline_dump') === 1;
  const size = sizeOfReply(reply);
  if (size > (inline ? RESOURCE_DUMP.inlineBytes : numberIn(request, 'size'))) return 'BadSize';
  if (size > 0 || !moreFollows(reply)) return undefined;
  const moved = CONTINUED.some(
    (field) =>
      field !== 'seq_num' &&
      field !== 'more_dump' &&
      readField(request, position(field)) !== readField(reply, position(field)),
  );
  return moved ? undefined : 'NoProgress';
}

/** The arguments of a request. */
export function argumentsOf(request: Uint8Array): DumpArguments {
  return {
    segment_type: numberIn(request, 'segment_type'),
    index1: numberIn(request, 'index1'),
    index2: numberIn(request, 'index2'),
    num_of_obj1: numberIn(request, 'num_of_obj1'),
    num_of_obj2: numberIn(request, 'num_of_obj2'),
  };
}

/** The part of a dump that one exchange brought: from the register itself, or what was copied out of memory and stands
 * behind it in the outbox.
 * @param inbox, outbox of ACCESS_REG, headers included, status OK */
export function dumpedBytes(inbox: Uint8Array, outbox: Uint8Array): Uint8Array {
  const request = inbox.subarray(MAILBOX_HEADER_BYTES);
  const reply = outbox.subarray(MAILBOX_HEADER_BYTES, MAILBOX_HEADER_BYTES + RESOURCE_DUMP.bytes);
  if (request.length < RESOURCE_DUMP.bytes || reply.length < RESOURCE_DUMP.bytes) return outbox.subarray(0, 0);
  if (numberIn(request, 'inline_dump') === 0) return outbox.subarray(RESOURCE_DUMP_REPLY_BYTES);
  const start = position('inline_data').bit / 8;
  return reply.subarray(start, start + Math.min(sizeOfReply(reply), RESOURCE_DUMP.inlineBytes));
}
