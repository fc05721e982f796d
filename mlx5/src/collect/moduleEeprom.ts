import { type BitField, fieldPosition, readBits } from '../prm/index.ts';
import type { Item } from './item.ts';
import { registerRead } from './itemReader.ts';
import { IDENTITY_SPAN, type Span, spansOf } from './moduleMemory.ts';
import type { Read } from './placing.ts';
import { type Answer, type RegisterSession, registerOf } from './registerSession.ts';

/** What one MCIA read carries: the size of the old, 64-byte register. The larger one takes 128, but firmware says so
 * only in a feature bit that few have. */
const CHUNK_BYTES = 48;

/** The reads of a walk through the memory of a module, worked out once. */
export interface ModuleReads {
  readonly identity: readonly Read[];
  /** What is read of a module that calls itself so, by its spans. */
  of(identifier: number): readonly (readonly Read[])[];
}

export function moduleReads(module: number, probe: boolean): ModuleReads {
  const known = new Map<number, readonly (readonly Read[])[]>();
  return {
    identity: makeReads(module, IDENTITY_SPAN, probe),
    of(identifier) {
      // Which of the pages a module really has is in its own bytes: one that is not there is no error.
      const reads = known.get(identifier) ?? spansOf(identifier).map((span) => makeReads(module, span, true));
      known.set(identifier, reads);
      return reads;
    },
  };
}

/** Reads the memory of a plugged module: its identity, then what such a module has. */
export function* walkModuleEeprom(session: RegisterSession, reads: ModuleReads): Generator<Item, void> {
  let spans: readonly (readonly Read[])[] = [];
  for (const read of reads.identity) {
    // The module was read already.
    if (session.isMade(read)) return;
    const answered = session.make(read);
    const identity = memoryIn(session.lastAnswer());
    if (identity !== undefined) spans = reads.of(identity >>> 24);
    if (answered === undefined) continue;
    if (answered.fresh) yield answered.item;
    session.goOn(answered);
  }
  for (const span of spans) {
    for (const read of span) {
      const answered = session.make(read);
      const isThere = memoryIn(session.lastAnswer()) !== undefined;
      if (answered !== undefined) {
        if (answered.fresh) yield answered.item;
        session.goOn(answered);
      }
      // A page that is not there: its other parts are not either.
      if (!isThere) break;
    }
  }
}

let fields: { readonly status: BitField; readonly data: BitField } | undefined;

/** The first four bytes that were read; undefined for an empty cage, or a page that its module has not. */
function memoryIn(answer: Answer | undefined): number | undefined {
  if (answer === undefined) return undefined;
  fields ??= { status: fieldPosition('mcia_ext', 'status'), data: fieldPosition('mcia_ext', 'dword[0]') };
  const { status, data } = fields;
  const { memory, at } = answer;
  const isThere = readBits(memory, at * 8 + status.bit, status.width) === 0;
  return isThere ? readBits(memory, at * 8 + data.bit, data.width) : undefined;
}

function makeReads(module: number, { i2cAddress, page, start, end }: Span, probe: boolean): readonly Read[] {
  const reads: Read[] = [];
  for (let at = start; at < end; at += CHUNK_BYTES) {
    const index = {
      module,
      i2c_device_address: i2cAddress,
      page_number: page,
      device_address: at,
      size: Math.min(CHUNK_BYTES, end - at),
    };
    reads.push(registerRead(registerOf('MCIA'), index, probe));
  }
  return reads;
}
