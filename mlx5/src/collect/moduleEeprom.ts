import { getField } from '../prm/index.ts';
import type { Item } from './item.ts';
import { IDENTITY_SPAN, type Span, spansOf } from './moduleMemory.ts';
import type { RegisterSession } from './registerSession.ts';

/** What one MCIA read carries: the size of the old, 64-byte register. The larger one takes 128, but firmware says so
 * only in a feature bit that few have. */
const CHUNK_BYTES = 48;

/** Reads the memory of a plugged module: its identity, then what such a module has. */
export function* walkModuleEeprom(session: RegisterSession, module: number, probe: boolean): Generator<Item, void> {
  const identity: Uint8Array | undefined = yield* readSpan(session, module, IDENTITY_SPAN, probe);
  if (identity === undefined || !isThere(identity)) return;
  const identifier = Number(getField(identity, 'mcia_ext', 'dword[0]')) >>> 24;
  // Which of the pages a module really has is in its own bytes: one that is not there is no error.
  for (const span of spansOf(identifier)) yield* readSpan(session, module, span, true);
}

/** @returns the answer to the first chunk */
function* readSpan(
  session: RegisterSession,
  module: number,
  { i2cAddress, page, start, end }: Span,
  probe: boolean,
): Generator<Item, Uint8Array | undefined> {
  let first: Uint8Array | undefined;
  for (let at = start; at < end; at += CHUNK_BYTES) {
    const index = {
      module,
      i2c_device_address: i2cAddress,
      page_number: page,
      device_address: at,
      size: Math.min(CHUNK_BYTES, end - at),
    };
    const answer: Uint8Array | undefined = yield* session.read('MCIA', index, { probe });
    if (at === start) first = answer;
    // An empty cage, or a page that is not there: its other parts are not either.
    if (answer === undefined || !isThere(answer)) return first;
  }
  return first;
}

function isThere(answer: Uint8Array): boolean {
  return Number(getField(answer, 'mcia_ext', 'status')) === 0;
}
