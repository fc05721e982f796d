import { getField } from '../prm/index.ts';
import type { Item } from './item.ts';
import { keepDescription } from './itemDescription.ts';
import { answerOf, type Read, registerRead } from './itemReader.ts';
import { IDENTITY_SPAN, type Span, spansOf } from './moduleMemory.ts';
import { type RegisterSession, registerOf } from './registerSession.ts';

/** What one MCIA read carries: the size of the old, 64-byte register. The larger one takes 128, but firmware says so
 * only in a feature bit that few have. */
const CHUNK_BYTES = 48;

/** Reads the memory of a plugged module: its identity, then what such a module has. */
export function* walkModuleEeprom(session: RegisterSession, module: number, probe: boolean): Generator<Item, void> {
  let spans: readonly Span[] = [];
  for (const read of readsOf(module, IDENTITY_SPAN, probe)) {
    const answered = session.make(read);
    // The module was read already.
    if (answered === undefined) return;
    const identity = memoryIn(answered.item);
    if (identity !== undefined) spans = spansOf(Number(getField(identity, 'mcia_ext', 'dword[0]')) >>> 24);
    if (answered.fresh) yield answered.item;
    session.goOn(answered);
  }
  for (const span of spans) {
    // Which of the pages a module really has is in its own bytes: one that is not there is no error.
    for (const read of readsOf(module, span, true)) {
      const answered = session.make(read);
      if (answered === undefined) continue;
      const isThere = memoryIn(answered.item) !== undefined;
      if (answered.fresh) yield answered.item;
      session.goOn(answered);
      // A page that is not there: its other parts are not either.
      if (!isThere) break;
    }
  }
}

/** The answer of a cage that is not empty, for a page that its module has. */
function memoryIn(item: Item): Uint8Array | undefined {
  const answer = answerOf(item);
  return answer !== undefined && Number(getField(answer, 'mcia_ext', 'status')) === 0 ? answer : undefined;
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
    const read = registerRead(registerOf('MCIA'), index, probe);
    keepDescription(read);
    reads.push(read);
  }
  return reads;
}
