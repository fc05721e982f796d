import { fieldPosition, readBits } from '../prm/index.ts';
import type { Item } from './item.ts';
import { registerRead } from './itemReader.ts';
import { IDENTITY_SPAN, type Span, spansOf } from './moduleMemory.ts';
import type { Read } from './placing.ts';
import { type Answer, type RegisterSession, registerOf } from './registerSession.ts';

/** What one MCIA read carries: the size of the old, 64-byte register. The larger one takes 128, but firmware says so
 * only in a feature bit that few have. */
const CHUNK_BYTES = 48;

/** Reads the memory of a plugged module: its identity, then what such a module has. */
export function* walkModuleEeprom(session: RegisterSession, module: number, probe: boolean): Generator<Item, void> {
  let spans: readonly Span[] = [];
  for (const read of readsOf(module, IDENTITY_SPAN, probe)) {
    // The module was read already.
    if (session.isMade(read)) return;
    const answered = session.make(read);
    const identity = memoryIn(session.lastAnswer());
    if (identity !== undefined) spans = spansOf(identity >>> 24);
    if (answered === undefined) continue;
    if (answered.fresh) yield answered.item;
    session.goOn(answered);
  }
  for (const span of spans) {
    // Which of the pages a module really has is in its own bytes: one that is not there is no error.
    for (const read of readsOf(module, span, true)) {
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

/** The first four bytes that were read; undefined for an empty cage, or a page that its module has not. */
function memoryIn(answer: Answer | undefined): number | undefined {
  if (answer === undefined) return undefined;
  const { memory, at } = answer;
  const status = fieldPosition('mcia_ext', 'status');
  const data = fieldPosition('mcia_ext', 'dword[0]');
  const isThere = readBits(memory, at * 8 + status.bit, status.width) === 0;
  return isThere ? readBits(memory, at * 8 + data.bit, data.width) : undefined;
}

/** The reads of a span, worked out once: by module and whether they probe. */
const known = new WeakMap<Span, Map<number, readonly Read[]>>();

function readsOf(module: number, span: Span, probe: boolean): readonly Read[] {
  const ofSpan = known.get(span) ?? new Map<number, readonly Read[]>();
  known.set(span, ofSpan);
  const number = module * 2 + (probe ? 1 : 0);
  const reads = ofSpan.get(number) ?? makeReads(module, span, probe);
  ofSpan.set(number, reads);
  return reads;
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
