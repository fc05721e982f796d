import { getLong } from '../layout/bits.ts';
import type { Values } from '../layout/structWriter.ts';
import { PAIR } from '../memory/coreMemory.ts';
import { type Refusal, refuse } from '../status.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** General and queue pair dumps print into the firmware tracer; the third kind goes to memory. */
const TO_MEMORY = 2;
const ADDRESS_BIT = 0x18 * 8;
const COOKIE_BIT = 0x20 * 8;
/** One command writes no more. */
const MOST = 8 * 1024 * 1024;

const scratch = new Uint8Array(MOST);

/** CORE_DUMP (0x402e): memory of the device as pairs (address, value) by increasing address, into memory of the client,
 * in as many commands as it takes. Linux runs it with op_mod 0, tools with 1.
 * @source reference 8 */
export const coreDump: RegisterRow = {
  name: 'CORE_DUMP',
  outsideDatabase: { id: 0x402e, layout: 'core_dump_reg' },
  eitherWay: true,
  read: (access) => dump(access),
};

function dump({ card, context, input, field }: RegisterAccess): Values | Refusal {
  const type = field('core_dump_type');
  if (type > TO_MEMORY) return refuse('BAD_PARAM', 'CORE_DUMP core_dump_type');
  // The kernel's driver owns the tracer here [inferred].
  if (type !== TO_MEMORY) return refuse('BAD_RES_STATE', 'CORE_DUMP tracer not owned');
  const vhca = field('vhca_id');
  if (vhca !== 0 && vhca !== context.vhcaId) return refuse('BAD_PARAM', 'CORE_DUMP vhca_id');
  const mkey = field('mkey');
  const room = Math.min(MOST, field('size'));
  if (room < PAIR) return refuse('BAD_PARAM', 'CORE_DUMP size');
  const sink = context.memory.sink(context.uid, mkey, getLong(input, ADDRESS_BIT), room);
  if ('syndrome' in sink) return sink;
  // A dump begins anew unless it is said to go on.
  const from = field('more_dump') === 1 ? getLong(input, COOKIE_BIT) : 0;
  const { written, next, ended } = card.coreMemory.fill(from, scratch.subarray(0, room));
  sink.write(scratch.subarray(0, written));
  return { core_dump_type: type, vhca_id: vhca, mkey, size: written, cookie: next, more_dump: ended ? 0 : 1 };
}
