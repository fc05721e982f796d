import type { Card } from '../card.ts';
import type { CommandContext } from '../firmwareFunction.ts';
import type { Values } from '../layout/structWriter.ts';
import type { Port } from '../state/port.ts';
import type { Refusal } from '../status.ts';

/** How firmware behaves at one register. Everything that is not said here follows from the layout: INDEX fields are
 * checked and echoed, OP and WO fields read as 0, RO fields ignore writes. */
export interface RegisterRow {
  /** As in the register database. */
  readonly name: string;
  /** What a read reports: RO and RW fields by path. Parts that are unions are written by `access.part`. */
  readonly read: (access: RegisterAccess) => Values | Refusal;
  /** Checks of index fields beside, or instead of, the usual ones (indexChecks.ts). False refuses with BAD_PARAM. */
  readonly checks?: Readonly<Record<string, IndexCheck>>;
  /** OP and WO fields that change nothing when a read sets them; any other one that is set is journaled. */
  readonly harmless?: readonly string[];
  /** Set for registers that can be written; RW fields are kept and reported from then on. */
  readonly writable?: boolean;
  /** A write does the same as a read: the register runs an operation. */
  readonly eitherWay?: boolean;
  /** RW fields that keep what is written; default all. */
  readonly kept?: readonly string[];
  /** What a write does beside being kept. */
  readonly wrote?: (access: RegisterAccess) => Refusal | undefined;
  /** Shorter form that older clients send, bytes; what they do not ask for is left out. Default: none. */
  readonly shortForm?: number;
  /** For the registers that the database has not. */
  readonly outsideDatabase?: { readonly id: number; readonly layout: string };
}

/** @returns whether the value names something that exists */
export type IndexCheck = (value: number, access: RegisterAccess) => boolean;

/** One access. Valid during the call only. */
export interface RegisterAccess {
  readonly card: Card;
  readonly context: CommandContext;
  /** What the client sent, zero-extended to the register's size. */
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  /** A field of what the client sent. */
  field(path: string): number;
  /** The port that `local_port` names; checked before. */
  readonly port: Port;
  /** Writes a part of the output that the layout has as a union. */
  part(layout: string, byte: number, values: Values): void;
  /** Says that the access changed something, for the journal. */
  mutate(what: string): void;
}
