import type { FunctionProfile } from '../host/profile.ts';
import { type CapabilityPages, createCapabilityPages } from './capabilities/capabilityPages.ts';
import { type Card, cardOf } from './card.ts';
import { commandTable } from './commands/commandTable.ts';
import { describeCommand } from './describeCommand.ts';
import { createDumpSessions, type DumpSessions } from './dump/dumpSessions.ts';
import { setBits } from './layout/bits.ts';
import { type Bus, noBus } from './memory/bus.ts';
import { createMemoryObjects, type MemoryObjects } from './memory/memoryObjects.ts';
import { vnicCounters } from './objects/counters.ts';
import { createObjects, type Objects } from './objects/objects.ts';
import type { Population } from './objects/population.ts';
import { type Refusal, refuse, status } from './status.ts';
import { createUidTable, type UidTable } from './uidTable.ts';

/** What happened to a command. */
export interface CommandTrace {
  readonly status: number;
  readonly syndrome: number;
  /** What it changed, in words; absent when nothing. */
  readonly mutation?: string;
  /** What it made or ended that belongs to its UID alone, in words: no change to the device for anybody else. */
  readonly own?: string;
  /** UID of the user context that it made or ended. */
  readonly userContext?: number;
}

/** How a command is named in logs. */
export interface CommandName {
  readonly opcode: number;
  readonly command: string;
  readonly opMod: number;
  readonly register?: string;
  readonly index?: Readonly<Record<string, number>>;
}

/** Firmware as one PCI function sees it. */
export interface FirmwareFunction {
  readonly profile: FunctionProfile;
  readonly card: Card;
  /** Identifies it on its card. */
  readonly vhcaId: number;
  readonly uids: UidTable;
  readonly memory: MemoryObjects;
  /** Everything that user contexts have made ends, and they with it: the device was reset. */
  reset(): void;
  /** Executes a command and fills the outbox to its end.
   * @param uid as the driver stamped it; 0 for the driver itself */
  execute(uid: number, inbox: Uint8Array, outbox: Uint8Array): CommandTrace;
  describe(inbox: Uint8Array): CommandName;
  /** Counters of QUERY_VNIC_ENV, by field. */
  vnicCounters(): Readonly<Record<string, number>>;
  readonly population: Population;
  /** Programs and drivers make other objects instead of those that were there. */
  populate(population: Population): void;
}

/** What a command handler works with. */
export interface CommandContext {
  readonly card: Card;
  readonly profile: FunctionProfile;
  readonly uids: UidTable;
  /** Registered memory and keys of the user contexts. */
  readonly memory: MemoryObjects;
  readonly capabilities: CapabilityPages;
  objects: Objects;
  readonly dumps: DumpSessions;
  readonly vhcaId: number;
  uid: number;
  /** UCTX capability bits of `uid`. */
  granted: number;
  inbox: Uint8Array;
  outbox: Uint8Array;
  /** Set by a handler that changed something. */
  mutation: string | undefined;
  /** Set by a handler that made or ended what belongs to the UID alone. */
  own: string | undefined;
  /** Set by a handler that made or ended a user context. */
  userContext: number | undefined;
}

export interface CommandModel {
  readonly opcode: number;
  readonly name: string;
  /** Fixed part of the inbox; shorter ones are refused. */
  readonly inBytes: number;
  /** @returns a refusal, or nothing with the outbox filled; status and syndrome are written by the caller */
  readonly run: (context: CommandContext) => Refusal | undefined;
}

const OUT_HEADER = 16;
/** syndrome, 0x4.0:32. */
const SYNDROME_BIT = 32;
const OK: CommandTrace = { status: status.OK, syndrome: 0 };

/** @param vhcaId identifies the function on its card
 * @param bus the way to memory of its clients */
export function createFirmwareFunction(
  wholeCard: Card,
  profile: FunctionProfile,
  vhcaId: number,
  bus: Bus = noBus,
): FirmwareFunction {
  const card = cardOf(wholeCard, profile);
  const context: CommandContext = {
    card,
    profile,
    uids: createUidTable(),
    memory: createMemoryObjects(bus),
    capabilities: createCapabilityPages(card, profile, vhcaId),
    objects: createObjects(card, profile),
    dumps: createDumpSessions(),
    vhcaId,
    uid: 0,
    granted: 0,
    inbox: new Uint8Array(0),
    outbox: new Uint8Array(0),
    mutation: undefined,
    own: undefined,
    userContext: undefined,
  };

  function run(uid: number, inbox: Uint8Array, outbox: Uint8Array): Refusal | undefined {
    const command = commandTable.get(((inbox[0] ?? 0) << 8) | (inbox[1] ?? 0));
    if (command === undefined) return refuse('BAD_OP', 'unknown opcode');
    if (inbox.length < command.inBytes) return refuse('BAD_INPUT_LEN', command.name);
    if (outbox.length < OUT_HEADER) return refuse('BAD_OUTPUT_LEN', command.name);
    const granted = context.uids.capabilities(uid);
    if (granted === undefined) return refuse('BAD_RES', 'no such user context');
    context.uid = uid;
    context.granted = granted;
    context.inbox = inbox;
    context.outbox = outbox;
    context.mutation = undefined;
    context.own = undefined;
    context.userContext = undefined;
    return command.run(context);
  }

  return {
    profile,
    card,
    vhcaId,
    uids: context.uids,
    memory: context.memory,
    reset() {
      context.uids.clear();
      context.memory.clear();
    },
    describe: describeCommand,
    vnicCounters: () => vnicCounters(context.objects),
    get population() {
      return context.objects.profile.objects;
    },
    populate(objects) {
      context.objects = createObjects(card, { ...profile, objects });
    },
    execute(uid, inbox, outbox) {
      outbox.fill(0);
      const refusal = run(uid, inbox, outbox);
      if (refusal !== undefined) {
        outbox.fill(0);
        outbox[0] = refusal.status;
        setBits(outbox, SYNDROME_BIT, 32, refusal.syndrome);
        return refusal;
      }
      const { mutation, own, userContext } = context;
      if (mutation === undefined && own === undefined) return OK;
      return {
        ...OK,
        ...(mutation === undefined ? {} : { mutation }),
        ...(own === undefined ? {} : { own }),
        ...(userContext === undefined ? {} : { userContext }),
      };
    },
  };
}
