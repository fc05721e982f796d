import type { CallResult, MailboxPlace } from '../channel/channel.ts';
import type { CommandRequest } from './commandRunner.ts';
import type { ItemIdentity } from './itemDescription.ts';

/** A read worked out to the last byte: what is sent, and what its item is called. */
export interface Read extends ItemIdentity {
  /** Of its key, see keyNumbers.ts. */
  readonly number: number;
  readonly request: CommandRequest;
  /** The 32-bit words of its inbox that are not 0, in pairs: which word it is, its value in host order. */
  readonly inboxWords: Uint32Array;
  /** Whether its answer decides what is read next. */
  readonly steers: boolean;
}

/** Memory in which the mailboxes of a command, and what else there is to say of its item, lie as the main thread reads
 * them: no object is made of them in the lane's thread. A command takes some 20 µs, and finds the processor's caches
 * full of what ran in between; views, frames and items made for each weigh against that. */
export interface Placing {
  /** The memory of the last `begin`. */
  readonly memory: Uint8Array;
  /** Finds room and writes the inbox.
   * @returns where, until the next call; undefined where the command has to be made of objects */
  begin(read: Read): MailboxPlace | undefined;
  /** Makes the item of the command, which was answered with status OK. */
  finish(read: Read, place: MailboxPlace, result: CallResult): void;
}
