import type { Objects } from '../objects/objects.ts';
import type { BufferSource, ContextSource, DumpSource } from './dumpSource.ts';
import { countedMenu, type MenuFlags, type MenuRecord, sampleMenu } from './menu.ts';
import { createSegmentWriter, type DumpRequest, type SegmentWriter, segmentType } from './segments.ts';
import { dumpSources } from './sources/dumpSources.ts';

const ALL = 0xffff;
const ACTIVE = 0xfffe;
/** Entries of a queue that one segment carries [invented]. */
const SEGMENT_BYTES = 4096;

/** Numbers of error and notice segments; like command syndromes, the real ones are known to NVIDIA only. */
const syndrome = {
  NOT_FOUND: 0x101,
  BAD_INDEX2: 0x102,
  NO_ALL: 0x103,
  NO_ACTIVE: 0x104,
  INDEX1_IGNORED: 0x201,
  INDEX2_IGNORED: 0x202,
  COUNT1_IGNORED: 0x203,
  COUNT2_IGNORED: 0x204,
} as const;

/** How far a dump has come: its index and count fields of the next reply. */
export interface DumpProgress {
  index1: number;
  index2: number;
  count1: number;
  count2: number;
}

interface Dump {
  readonly objects: Objects;
  readonly record: MenuRecord;
  readonly request: DumpRequest;
  readonly writer: SegmentWriter;
  readonly progress: DumpProgress;
}

export function menuOf({ inventory }: Objects): readonly MenuRecord[] {
  return inventory.countedContexts ? countedMenu : sampleMenu;
}

/** @returns the menu's record of a type that can be asked for; the menu itself is not in it */
export function menuRecord(objects: Objects, type: number): MenuRecord | undefined {
  return menuOf(objects).find((record) => record.type === type);
}

/** All segments of the answer to a request, made when they are asked for: INFO, COMMAND, what was asked for, TERMINATE.
 * @param request of the menu, or of a type that is in it
 * @param progress kept up to date while segments are taken */
export function* dumpSegments(
  objects: Objects,
  vhcaId: number,
  request: DumpRequest,
  progress: DumpProgress,
): Generator<Uint8Array, undefined> {
  const writer = createSegmentWriter();
  const { hwDevId, firmwareVersion } = objects.card.model;
  yield writer.info(hwDevId, firmwareNumber(objects.card.profile.firmwareVersion ?? firmwareVersion));
  yield writer.command(vhcaId, request);
  const record = menuRecord(objects, request.type);
  const source = dumpSources.get(request.type);
  if (request.type === segmentType.MENU) yield writer.menu(menuOf(objects));
  else if (record !== undefined && source !== undefined)
    yield* body({ objects, record, request, writer, progress }, source);
  yield writer.terminate();
  return undefined;
}

function* body(dump: Dump, source: DumpSource): Generator<Uint8Array> {
  const { record, request, writer } = dump;
  const { flags } = record;
  const failure = unsupportedSpecial(flags, request);
  if (failure !== undefined) {
    yield writer.error(...failure);
    return;
  }
  for (const notice of ignored(flags, request)) yield writer.notice(...notice);
  const ids = source.ids?.(dump.objects);
  for (const index1 of chosen(dump, source)) {
    if (ids === undefined || ids.has(index1)) {
      yield* objectSegments(dump, source, index1);
      continue;
    }
    yield writer.error(syndrome.NOT_FOUND, `${record.index1} 0x${index1.toString(16)} NOT FOUND`);
    // Behind the last object there is nothing to count.
    if (ids.next(index1) === undefined) return;
  }
}

/** The values of index1 that a request means. */
function* chosen({ objects, record, request, progress }: Dump, source: DumpSource): Generator<number> {
  const { ids } = source;
  const { index1 } = request;
  if (ids === undefined) {
    yield 0;
    return;
  }
  const count = record.flags.count1 === 'no' ? 1 : Math.max(1, request.count1);
  if (count !== ALL && count !== ACTIVE) {
    const runs = record.flags.count2 === 'no' || record.flags.index2 !== 'no' ? 1 : Math.max(1, request.count2);
    for (let at = 0; at < count * runs; at++) {
      progress.index1 = index1 + at;
      if (count > 1) progress.count1 = count - Math.floor(at / runs);
      yield index1 + at;
    }
    return;
  }
  const active = source.kind === 'context' ? source.active : undefined;
  const set = ids(objects);
  for (let id = set.next(index1); id !== undefined; id = set.next(id + 1)) {
    if (count === ACTIVE && active?.(objects, id) === false) continue;
    progress.index1 = id;
    yield id;
  }
}

function* objectSegments(dump: Dump, source: DumpSource, index1: number): Generator<Uint8Array> {
  const { objects, request } = dump;
  switch (source.kind) {
    case 'context':
      yield* contextSegments(dump, request.type, source, index1, source.has2 === undefined ? 0 : request.index2);
      return;
    case 'buffer':
      yield* bufferSegments(dump, source, index1);
      return;
    case 'list': {
      const member = typeof source.of === 'number' ? dumpSources.get(source.of) : source.of;
      if (member?.kind !== 'context') throw new Error(`dump type ${request.type} lists what is no context`);
      const type = typeof source.of === 'number' ? source.of : request.type;
      for (const [one, two] of source.members(objects, index1)) yield* contextSegments(dump, type, member, one, two);
    }
  }
}

function* contextSegments(
  { objects, record, writer }: Dump,
  type: number,
  source: ContextSource,
  index1: number,
  index2: number,
): Generator<Uint8Array> {
  if (source.has2?.(objects, index1, index2) === false) {
    yield writer.error(syndrome.BAD_INDEX2, `${record.index2} 0x${index2.toString(16)} NOT FOUND`);
    return;
  }
  yield writer.resource(type, index1, index2, source.length(objects, index1, index2), (payload) =>
    source.fill(objects, index1, index2, payload),
  );
  for (const other of source.references?.(objects, index1) ?? []) yield writer.reference(other);
}

function* bufferSegments(
  { objects, record, request, writer, progress }: Dump,
  source: BufferSource,
  index1: number,
): Generator<Uint8Array> {
  const ring = source.open(objects, index1);
  if (request.index2 >= ring.places) {
    yield writer.error(syndrome.BAD_INDEX2, `${record.index2} 0x${request.index2.toString(16)} BEYOND END`);
    return;
  }
  const wanted = request.count2 === ALL ? ring.places : Math.max(1, request.count2);
  const end = Math.min(ring.places, request.index2 + wanted);
  const perSegment = SEGMENT_BYTES / source.entryBytes;
  for (let first = request.index2; first < end; first += perSegment) {
    const count = Math.min(perSegment, end - first);
    progress.index2 = first;
    yield writer.resource(request.type, index1, first, count * source.entryBytes, (payload) => {
      for (let at = 0; at < count; at++) ring.fill(first + at, payload, at * source.entryBytes);
    });
  }
  for (const other of source.references?.(objects, index1) ?? []) yield writer.reference(other);
}

type Message = readonly [syndrome: number, text: string];

/** "All" and "active" where the menu does not offer them: nothing can be dumped. */
function unsupportedSpecial(flags: MenuFlags, { count1, count2 }: DumpRequest): Message | undefined {
  if (count1 === ALL && !flags.all1) return [syndrome.NO_ALL, 'NUM_OF_OBJ1 ALL NOT SUPPORTED'];
  if (count1 === ACTIVE && !flags.active1) return [syndrome.NO_ACTIVE, 'NUM_OF_OBJ1 ACTIVE NOT SUPPORTED'];
  if (count2 === ALL && !flags.all2) return [syndrome.NO_ALL, 'NUM_OF_OBJ2 ALL NOT SUPPORTED'];
  if (count2 === ACTIVE && !flags.active2) return [syndrome.NO_ACTIVE, 'NUM_OF_OBJ2 ACTIVE NOT SUPPORTED'];
  return undefined;
}

/** Arguments that the type does not take: the dump goes on without them. */
function ignored(flags: MenuFlags, { index1, index2, count1, count2 }: DumpRequest): readonly Message[] {
  const messages: readonly (readonly [boolean, ...Message])[] = [
    [flags.index1 === 'no' && index1 !== 0, syndrome.INDEX1_IGNORED, 'INDEX1 IGNORED'],
    [flags.index2 === 'no' && index2 !== 0, syndrome.INDEX2_IGNORED, 'INDEX2 IGNORED'],
    [flags.count1 === 'no' && count1 > 1, syndrome.COUNT1_IGNORED, 'NUM_OF_OBJ1 IGNORED'],
    [flags.count2 === 'no' && count2 > 1, syndrome.COUNT2_IGNORED, 'NUM_OF_OBJ2 IGNORED'],
  ];
  return messages.flatMap(([applies, number, text]) => (applies ? [[number, text] as const] : []));
}

/** 28.42.1000 as `0x1c2a03e8`. */
function firmwareNumber(version: string): number {
  const [major = 0, minor = 0, sub = 0] = version.split('.').map(Number);
  return major * 2 ** 24 + (minor % 256) * 2 ** 16 + (sub % 2 ** 16);
}
