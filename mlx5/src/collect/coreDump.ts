import {
  ACCESS_REG_READ,
  getField,
  MAILBOX_HEADER_BYTES,
  OPCODE,
  type RegisterLayout,
  setField,
  statusOf,
} from '../prm/index.ts';
import { type CollectContext, type Collector, CollectorStop } from './collector.ts';
import type { CommandRequest } from './commandRunner.ts';
import { type DumpMemory, whyNoMemory } from './dumpMemory.ts';
import type { Item } from './item.ts';
import { itemKey } from './registerRow.ts';
import { registerOf } from './registerSession.ts';
import type { CoreDumpSpec } from './spec.ts';

/** core_dump_type of a dump into memory; 0 and 1 print into the firmware tracer. */
const TO_MEMORY = 2;
/** 8 GiB, were all of them full: nothing that has an end takes more. */
const MOST_WINDOWS = 4096;
/** A published dump had 831,304 bytes. */
const USUAL_BYTES = 2 * 1024 * 1024;
const USUAL_COMMANDS = 2;

/** Where the dump goes on. */
interface Position {
  readonly more: 0 | 1;
  readonly cookie: bigint;
}

/** Reads the memory of the card's processors, window by window, as pairs (address, value) in the order of addresses.
 * @source CORE_DUMP of mlx5_ifc.h */
export function createCoreDump(spec: CoreDumpSpec): Collector {
  const { type = 'Memory' } = spec.coreDump ?? {};

  function* collect(context: CollectContext): Generator<Item, void> {
    const { device } = context;
    if (type !== 'Memory') throw new CollectorStop('Unsupported', whyNoTracer(context, type));
    if (context.memory === undefined) {
      throw new CollectorStop('Unsupported', `${whyNoMemory(device)}. ${wayOut(context, 'fw_fatal')}`);
    }
    yield* collectWindows(context, context.memory());
  }

  return {
    type: 'CoreDump',
    impact: 'Intrusive',
    needs: { channel: true, memory: type === 'Memory' ? 'required' : 'none', scope: 1 },
    // Without memory there is no command.
    estimate: ({ kind }) =>
      type === 'Memory' && kind === 'mlx5ctl'
        ? { commands: USUAL_COMMANDS, bytes: USUAL_BYTES }
        : { commands: 0, bytes: 0 },
    collect,
  };
}

function* collectWindows(context: CollectContext, memory: DumpMemory): Generator<Item, void> {
  const register = registerOf('CORE_DUMP');
  let position: Position = { more: 0, cookie: 0n };
  for (let window = 0; window < MOST_WINDOWS; window += 1) {
    // Windows are counted: their cookies are firmware's own, and need not be the same in every dump.
    const index = { core_dump_type: TO_MEMORY, window };
    const key = itemKey(register.name, index);
    const known = context.done.get(key);
    const given = known ?? context.runner.run(windowRequest(register, window === 0, position, memory));
    const item: Item = known ?? {
      key,
      kind: 'memory',
      name: register.name,
      index,
      outcome: given.outcome,
      frames: given.frames,
    };
    const next = item.outcome === 'ok' ? nextPosition(register, item) : undefined;
    const trouble = ('stop' in given ? given.stop : undefined) ?? troubleWith(context, item, window, position, next);
    // What it says has been read: its bytes may be elsewhere when this goes on.
    if (known === undefined) yield item;
    if (trouble !== undefined) throw trouble;
    if (next === undefined || next.more === 0) return;
    position = next;
  }
  throw new CollectorStop(
    'LimitExceeded',
    `${context.device.pciAddress}: the core dump has not ended after ${MOST_WINDOWS} windows`,
  );
}

function windowRequest(
  { id, layout, bytes }: RegisterLayout,
  probe: boolean,
  { more, cookie }: Position,
  memory: DumpMemory,
): CommandRequest {
  const fields = {
    more_dump: more,
    core_dump_type: TO_MEMORY,
    mkey: memory.mkey,
    size: memory.length,
    address: memory.address,
    cookie,
  };
  return {
    opcode: OPCODE.ACCESS_REG,
    opMod: ACCESS_REG_READ,
    registerId: id,
    inLength: MAILBOX_HEADER_BYTES + bytes,
    outLength: MAILBOX_HEADER_BYTES + bytes,
    probe,
    fill(inbox) {
      const data = inbox.subarray(MAILBOX_HEADER_BYTES);
      for (const [field, value] of Object.entries(fields)) setField(data, layout, field, value);
    },
    memory: {
      source: memory,
      written(outbox) {
        const answer = outbox.subarray(MAILBOX_HEADER_BYTES);
        return answer.length < bytes ? 0 : Number(getField(answer, layout, 'size'));
      },
    },
  };
}

interface NextPosition extends Position {
  readonly size: number;
}

function nextPosition({ layout, bytes }: RegisterLayout, item: Item): NextPosition | undefined {
  const outbox = item.frames.at(-1)?.outbox;
  if (outbox === undefined || outbox.length < MAILBOX_HEADER_BYTES + bytes) return undefined;
  const data = outbox.subarray(MAILBOX_HEADER_BYTES);
  return {
    more: Number(getField(data, layout, 'more_dump')) === 1 ? 1 : 0,
    cookie: BigInt(getField(data, layout, 'cookie')),
    size: Number(getField(data, layout, 'size')),
  };
}

/** Why the dump cannot go on after a window. */
function troubleWith(
  { device }: CollectContext,
  item: Item,
  window: number,
  before: Position,
  next: NextPosition | undefined,
): CollectorStop | undefined {
  const last = item.frames.at(-1);
  const dump = `the core dump of ${device.pciAddress}`;
  if (item.outcome === 'absent') {
    const { name } = statusOf(last?.status ?? 0);
    return new CollectorStop(
      'Unsupported',
      `${device.pciAddress} (${device.model} ${device.function}) gives no core dump: firmware answers ${name}`,
    );
  }
  if (item.outcome !== 'ok') {
    const said = last === undefined || last.errno !== 0 ? 'failed' : `was refused with ${statusOf(last.status).name}`;
    return new CollectorStop('CollectorError', `${dump} ended too early: window ${window} ${said}`);
  }
  if (next === undefined) return new CollectorStop('CollectorError', `${dump}: window ${window} has no whole answer`);
  if (next.more === 1 && (next.size === 0 || next.cookie === before.cookie)) {
    return new CollectorStop(
      'CollectorError',
      `${dump} does not advance: window ${window} says that more follows, and brings nothing new`,
    );
  }
  return undefined;
}

function whyNoTracer(context: CollectContext, type: 'General' | 'QueuePair'): string {
  return (
    `${context.device.pciAddress}: a core dump of type ${type} needs the tracer: firmware prints it there, and this ` +
    `version does not read it. ${wayOut(context, 'fw')}`
  );
}

function wayOut({ device }: CollectContext, reporter: string): string {
  return `On the host: devlink health dump show pci/${device.pciAddress} reporter ${reporter}`;
}
