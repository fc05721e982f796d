import type { CommandContext } from '../firmwareFunction.ts';
import { getBits, getLong, setBits } from '../layout/bits.ts';
import { createObjects, type Objects } from '../objects/objects.ts';
import type { RegisterAccess, RegisterRow } from '../registers/registerRow.ts';
import { type Refusal, refuse } from '../status.ts';
import { type DumpProgress, dumpSegments, menuRecord } from './dumpSegments.ts';
import type { DumpSession, Opaque } from './dumpSessions.ts';
import { createDumpStream, type DumpSink } from './dumpStream.ts';
import { type DumpRequest, segmentType } from './segments.ts';

/** Bits of the register.
 * @source reference 7.1 */
const at = {
  more_dump: 0,
  inline_dump: 1,
  vhca_id_valid: 2,
  seq_num: 12,
  segment_type: 16,
  vhca_id: 48,
  index1: 64,
  index2: 96,
  num_of_obj1: 128,
  num_of_obj2: 144,
  device_opaque: 192,
  mkey: 256,
  size: 288,
  address: 320,
} as const;
const INLINE_DATA = 0x30;
const INLINE_BYTES = 208;
/** Counts end here; 0xffff and 0xfffe have a meaning of their own. */
const MOST_OBJECTS = 0xfff0;
const SPECIAL = [0xfffe, 0xffff];

/** RESOURCE_DUMP (0xc000): contexts and queues of a function as a chain of segments, in as many commands as it takes.
 * Linux runs it with op_mod 0, tools with 1.
 * @source reference 7 */
export const resourceDump: RegisterRow = {
  name: 'Resource_dump_registers',
  eitherWay: true,
  // They say where a dump goes, which changes nothing in the device.
  harmless: ['vhca_id_valid', 'vhca_id', 'inline_dump', 'mkey', 'address'],
  read: (access) => run(access) ?? {},
};

function run(access: RegisterAccess): Refusal | undefined {
  const { input, output, context } = access;
  const owner = context.uids.identity(context.uid);
  if (owner === undefined) return refuse('BAD_RES', 'RESOURCE_DUMP user context');
  const opaque = { high: getBits(input, at.device_opaque, 32), low: getBits(input, at.device_opaque + 32, 32) };
  const session = isFirst(opaque) ? begin(access) : resume(access, owner, opaque);
  if ('syndrome' in session) return session;
  const size = session.inline ? session.stream.pour(inlineSink(output)) : pourIntoMemory(access, session);
  if (typeof size !== 'number') return size;
  session.sequence = (session.sequence + 1) % 16;
  setBits(output, at.seq_num, 4, session.sequence);
  setBits(output, at.size, 32, size);
  putProgress(output, session.progress);
  if (session.stream.ended) return undefined;
  const next = context.dumps.keep(owner, session);
  setBits(output, at.more_dump, 1, 1);
  setBits(output, at.device_opaque, 32, next.high);
  setBits(output, at.device_opaque + 32, 32, next.low);
  return undefined;
}

function isFirst({ high, low }: Opaque): boolean {
  return high === 0 && low === 0;
}

function begin({ input, context }: RegisterAccess): DumpSession | Refusal {
  if (getBits(input, at.more_dump, 1) !== 0 || getBits(input, at.seq_num, 4) !== 0)
    return refuse('BAD_PARAM', 'RESOURCE_DUMP begins in the middle');
  const request = requestOf(input);
  const vhcaId = getBits(input, at.vhca_id_valid, 1) === 1 ? getBits(input, at.vhca_id, 16) : context.vhcaId;
  const objects = objectsOf(context, vhcaId);
  if (objects === undefined) return refuse('BAD_PARAM', 'RESOURCE_DUMP vhca_id');
  if (request.type !== segmentType.MENU) {
    const record = menuRecord(objects, request.type);
    if (record === undefined) return refuse('BAD_PARAM', 'RESOURCE_DUMP segment_type');
    if (record.flags.count1 === 'must' && request.count1 === 0) return refuse('BAD_PARAM', 'RESOURCE_DUMP num_of_obj1');
  }
  if (![request.count1, request.count2].every((count) => count <= MOST_OBJECTS || SPECIAL.includes(count)))
    return refuse('BAD_PARAM', 'RESOURCE_DUMP number of objects');
  const { index1, index2, count1, count2 } = request;
  const progress: DumpProgress = { index1, index2, count1, count2 };
  return {
    type: request.type,
    inline: getBits(input, at.inline_dump, 1) === 1,
    progress,
    stream: createDumpStream(dumpSegments(objects, vhcaId, request, progress)),
    sequence: 0,
  };
}

/** A function dumps what is its own; the physical one, which manages the group, that of the others on its card, too. */
function objectsOf({ card, profile, objects, vhcaId }: CommandContext, asked: number): Objects | undefined {
  if (asked === vhcaId) return objects;
  const other = profile.type === 'PF' ? card.profile.functions[asked] : undefined;
  return other === undefined ? undefined : createObjects(card, other);
}

/** A client goes on with what the reply before said, to the bit; anything else ends the dump [inferred]. */
function resume({ input, context }: RegisterAccess, owner: object, opaque: Opaque): DumpSession | Refusal {
  const session = context.dumps.take(owner, opaque);
  if (session === undefined) return refuse('BAD_PARAM', 'RESOURCE_DUMP device_opaque');
  const { type, index1, index2, count1, count2 } = requestOf(input);
  const { progress } = session;
  if (getBits(input, at.more_dump, 1) !== 1) return refuse('BAD_PARAM', 'RESOURCE_DUMP more_dump');
  if (getBits(input, at.seq_num, 4) !== session.sequence) return refuse('BAD_PARAM', 'RESOURCE_DUMP seq_num');
  if (type !== session.type) return refuse('BAD_PARAM', 'RESOURCE_DUMP segment_type changed');
  if ((getBits(input, at.inline_dump, 1) === 1) !== session.inline)
    return refuse('BAD_PARAM', 'RESOURCE_DUMP inline_dump changed');
  const echoed =
    index1 === progress.index1 &&
    index2 === progress.index2 &&
    count1 === progress.count1 &&
    count2 === progress.count2;
  return echoed ? session : refuse('BAD_PARAM', 'RESOURCE_DUMP index changed');
}

function inlineSink(output: Uint8Array): DumpSink {
  let written = INLINE_DATA;
  return {
    capacity: INLINE_BYTES,
    write(bytes) {
      output.set(bytes, written);
      written += bytes.length;
    },
  };
}

/** One command writes no more into memory [invented]. */
const MOST_IN_MEMORY = 8 * 1024 * 1024;
/** Segments are gathered: a write over the bus for each would take longer than making it. */
const gathered = new Uint8Array(1024 * 1024);

/** Every command writes from the client's address on.
 * @returns bytes written */
function pourIntoMemory({ input, context }: RegisterAccess, { stream }: DumpSession): number | Refusal {
  const { memory, uid } = context;
  const size = getBits(input, at.size, 32);
  if (size < 4) return refuse('BAD_PARAM', 'RESOURCE_DUMP size');
  const sink = memory.sink(uid, getBits(input, at.mkey, 32), getLong(input, at.address), size);
  if ('syndrome' in sink) return sink;
  let held = 0;
  const flush = (): void => {
    sink.write(gathered.subarray(0, held));
    held = 0;
  };
  const poured = stream.pour({
    // Whole words.
    capacity: Math.min(MOST_IN_MEMORY, size - (size % 4)),
    write(bytes) {
      if (held + bytes.length > gathered.length) flush();
      gathered.set(bytes, held);
      held += bytes.length;
    },
  });
  flush();
  return poured;
}

function requestOf(input: Uint8Array): DumpRequest {
  return {
    type: getBits(input, at.segment_type, 16),
    index1: getBits(input, at.index1, 32),
    index2: getBits(input, at.index2, 32),
    count1: getBits(input, at.num_of_obj1, 16),
    count2: getBits(input, at.num_of_obj2, 16),
  };
}

function putProgress(output: Uint8Array, { index1, index2, count1, count2 }: DumpProgress): void {
  setBits(output, at.index1, 32, index1);
  setBits(output, at.index2, 32, index2);
  setBits(output, at.num_of_obj1, 16, count1);
  setBits(output, at.num_of_obj2, 16, count2);
}
