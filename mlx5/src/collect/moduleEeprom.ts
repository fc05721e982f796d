import { getField } from '../prm/index.ts';
import type { Item } from './item.ts';
import { type Read, registerRead } from './itemReader.ts';
import { IDENTITY_SPAN, type Span, spansOf } from './moduleMemory.ts';
import { type RegisterSession, registerOf } from './registerSession.ts';

/** What one MCIA read carries: the size of the old, 64-byte register. The larger one takes 128, but firmware says so
 * only in a feature bit that few have. */
const CHUNK_BYTES = 48;

/** Reads the memory of a plugged module: its identity, then what such a module has. */
export function* walkModuleEeprom(session: RegisterSession, module: number, probe: boolean): Generator<Item, void> {
  const [identity] = readsOf(module, IDENTITY_SPAN, probe);
  const answer: Uint8Array | undefined = identity && (yield* session.take(identity));
  if (answer === undefined || !isThere(answer)) return;
  const identifier = Number(getField(answer, 'mcia_ext', 'dword[0]')) >>> 24;
  for (const span of spansOf(identifier)) {
    // Which of the pages a module really has is in its own bytes: one that is not there is no error.
    for (const read of readsOf(module, span, true)) {
      const part: Uint8Array | undefined = yield* session.take(read);
      // An empty cage, or a page that is not there: its other parts are not either.
      if (part === undefined || !isThere(part)) break;
    }
  }
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

function isThere(answer: Uint8Array): boolean {
  return Number(getField(answer, 'mcia_ext', 'status')) === 0;
}
