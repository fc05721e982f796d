import {
  layoutOf,
  MAILBOX_HEADER_BYTES,
  type RegisterLayout,
  readBits,
  registerByName,
  STATUS,
  statusOf,
} from '../prm/index.ts';
import { type CollectContext, CollectorStop } from './collector.ts';
import { isNotHere } from './commandRunner.ts';
import type { Item } from './item.ts';
import { type Answered, answer, answerOf, capabilityRead, type RegisterIndex, registerRead } from './itemReader.ts';
import { createKeySet, numberOf } from './keyNumbers.ts';
import { LIMITED_FUNCTION } from './limitedFunction.ts';
import type { Read } from './placing.ts';
import { CAPABILITY_MASKS, STEERING } from './steering.ts';

/** So many registers asked in the beginning and none of them there: the function may read none at all. */
const ABSENT_TO_GIVE_UP = 12;

/** The general capability page, current values. */
export const GENERAL_READ = capabilityRead({ type: 0, name: 'GENERAL' }, 'current', { probe: true });

/** Bytes of a register as firmware returned them, in a larger memory. */
export interface Answer {
  readonly memory: Uint8Array;
  readonly at: number;
}

/** One run of a RegisterDump over one device: what was read, and what that says. Every register is read once. */
export interface RegisterSession {
  /** Reads a register unless this run or an earlier one has.
   * @returns its answer if it steers, undefined if it does not, was refused or failed */
  read(
    name: string,
    index: RegisterIndex,
    options?: { readonly probe?: boolean },
  ): Generator<Item, Uint8Array | undefined>;
  /** A field of the general capability page (current values); undefined where firmware would not say. */
  general(field: string): Generator<Item, number | undefined>;
  /** As `read`, for a read that is worked out already. */
  take(read: Read): Generator<Item, Uint8Array | undefined>;
  /** As `take`, in a loop that yields the item itself, if it is fresh, and then calls `goOn`.
   * @returns undefined when there is nothing to yield: this run has made the read already, or its item is in place */
  make(read: Read): Answered | undefined;
  isMade(read: Read): boolean;
  /** What firmware answered to the last `make`, good until the next command; undefined unless its status was OK. */
  lastAnswer(): Answer | undefined;
  /** @throws what stopped the collector with this answer */
  goOn(answered: Answered): void;
  /** The answer to a read that steers and was made; undefined where it was refused or failed. */
  answerTo(read: Read): Uint8Array | undefined;
  /** What has been found out about the presence of registers, by name. */
  readonly presence: Map<string, 'present' | 'absent' | 'unknown'>;
  /** Ends the collector as Unsupported when no register was readable. */
  conclude(): void;
}

export function createRegisterSession(context: CollectContext): RegisterSession {
  const { runner, done } = context;
  /** Of what steers. */
  const answers = new Map<string, Uint8Array | undefined>();
  const made = createKeySet();
  const count = { read: 0, notHere: 0, badState: 0, other: 0 };
  let firstRefusal: string | undefined;
  let last: Answer | undefined;
  // What an earlier run has read is looked up as items.
  const place = done.size === 0 ? runner.place : undefined;

  function* read(name: string, index: RegisterIndex, { probe = true } = {}): Generator<Item, Uint8Array | undefined> {
    return yield* take(registerRead(registerOf(name), index, probe));
  }

  function* take(read: Read): Generator<Item, Uint8Array | undefined> {
    const answered = make(read);
    if (answered !== undefined) {
      if (answered.fresh) yield answered.item;
      goOn(answered);
    }
    return answers.get(read.key);
  }

  function make(read: Read): Answered | undefined {
    if (made.has(read)) return undefined;
    if (place === undefined) return noted(answer(context, read, read.request));
    const result = place(read);
    if (result.frames !== undefined) {
      const { key, kind, name, index } = read;
      const { frames, outcome, stop } = result;
      return noted({ item: { key, kind, name, index, outcome, frames }, fresh: true, stop });
    }
    made.add(read);
    last = result;
    if (read.steers) answers.set(read.key, result.memory.slice(result.at, result.at + result.length));
    if (!isAboutDevice(read)) count.read += 1;
    return undefined;
  }

  function noted(answered: Answered): Answered {
    note(answered.item);
    const { outcome, frames } = answered.item;
    const outbox = outcome === 'ok' ? frames.at(-1)?.outbox : undefined;
    last = outbox && { memory: outbox, at: MAILBOX_HEADER_BYTES };
    return answered;
  }

  function goOn({ stop }: Answered): void {
    if (stop !== undefined) throw stop;
    if (count.read === 0 && count.other === 0 && count.notHere >= ABSENT_TO_GIVE_UP) throw unsupported();
  }

  function* general(field: string): Generator<Item, number | undefined> {
    const page: Uint8Array | undefined = yield* take(GENERAL_READ);
    const position = layoutOf('cmd_hca_cap').byName.get(field);
    return page === undefined || position === undefined ? undefined : readBits(page, position.bit, position.width);
  }

  function note(item: Item): void {
    made.add({ key: item.key, number: numberOf(item.key) });
    if (STEERING.has(item.name)) answers.set(item.key, answerOf(item)?.slice());
    if (isAboutDevice(item)) return;
    if (item.outcome === 'ok') {
      count.read += 1;
      return;
    }
    const last = item.frames.at(-1);
    if (last !== undefined && last.errno === 0 && isNotHere(last.status)) count.notHere += 1;
    else count.other += 1;
    if (last?.status === STATUS.BAD_SYS_STATE) count.badState += 1;
    firstRefusal ??= `${item.key} with ${statusOf(last?.status ?? STATUS.OK).name}`;
  }

  function conclude(): void {
    if (count.read === 0 && count.other === 0) throw unsupported();
  }

  function unsupported(): CollectorStop {
    const { device } = context;
    const example = firstRefusal === undefined ? '' : `, first ${firstRefusal}`;
    const who = `${device.pciAddress} (${device.model} ${device.function})`;
    // A few BAD_PARAM only say that what was asked for is not there: counters of Ethernet on an InfiniBand port.
    const few = count.notHere < ABSENT_TO_GIVE_UP && count.badState === 0;
    const message = few
      ? `${who} has nothing of what was asked for: ${count.notHere} reads were refused${example}. Ask for what this ` +
        'device and its kind of port have; if it refuses every register, this function is a limited one'
      : `${who} lets this host read no registers: ${count.notHere} were asked for and refused${example}. ${LIMITED_FUNCTION}`;
    return new CollectorStop('Unsupported', message);
  }

  return {
    read,
    take,
    make,
    isMade: made.has,
    lastAnswer: () => last,
    answerTo: (read) => answers.get(read.key),
    goOn,
    general,
    presence: new Map(),
    conclude,
  };
}

/** Answers that say nothing about whether this function may read registers. */
function isAboutDevice({ kind, name }: Pick<Item, 'kind' | 'name'>): boolean {
  return kind === 'capability' || CAPABILITY_MASKS.has(name);
}

/** @throws CollectorStop for a name that the database has not */
export function registerOf(name: string): RegisterLayout {
  const register = registerByName(name);
  if (register === undefined) throw new CollectorStop('CollectorError', `there is no register named "${name}"`);
  return register;
}
