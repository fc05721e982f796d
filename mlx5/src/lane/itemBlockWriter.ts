import type { CallResult, MailboxPlace } from '../channel/channel.ts';
import type { Frame, Item } from '../collect/item.ts';
import { describeItem } from '../collect/itemDescription.ts';
import { MOST_NUMBERS, NO_NUMBER } from '../collect/keyNumbers.ts';
import type { Read } from '../collect/placing.ts';
import { aligned, headerOf, LAYOUT, OUTCOMES } from './itemBlock.ts';

/** The thread's end of a block, which is new or has this writer only. */
export interface ItemBlockWriter {
  /** Items in it. */
  readonly items: number;
  /** Bytes in use. */
  readonly used: number;
  /** Whether all memory handed out belongs to items that are in it. */
  readonly settled: boolean;
  readonly bytes: Uint8Array;
  /** Zeroed memory for a command; undefined when there is no room. */
  allocate(length: number): Uint8Array | undefined;
  /** Puts an item in. Bytes that lie in this block already stay where they are.
   * @returns false when there is no room; nothing has changed then */
  add(item: Item): boolean;
  /** Memory for the command of a read and the item that it makes, its inbox written.
   * @returns undefined when there is no room; else good until the next call */
  begin(read: Read): MailboxPlace | undefined;
  /** Puts the item of the last `begin` in: one command, answered with status OK. */
  finish(read: Read, place: MailboxPlace, result: CallResult): void;
  /** Makes it empty. All memory handed out is used anew. */
  clear(): void;
  /** From now on it is the main thread's. */
  handOver(): void;
  /** Waits until the main thread has given it back. */
  waitUntilFree(): void;
}

/** Of which numbers the main thread knows what they name. Of one thread, whose blocks all reach the main thread. */
export type NamedNumbers = Uint8Array;

export function createNamedNumbers(): NamedNumbers {
  return new Uint8Array(MOST_NUMBERS);
}

/** Bytes that a block needs to hold one item alone. */
export function blockBytesFor(item: Item): number {
  let bytes = LAYOUT.headerBytes + aligned(describeItem(item).length) + rowBytes(item.frames.length);
  for (const { inbox, outbox } of item.frames) bytes += aligned(inbox.length) + aligned(outbox.length);
  return bytes;
}

function rowBytes(frames: number): number {
  return (LAYOUT.itemWords + frames * LAYOUT.frameWords) * 4;
}

export function createItemBlockWriter(memory: SharedArrayBuffer, named: NamedNumbers): ItemBlockWriter {
  const header = headerOf(memory);
  const bytes = new Uint8Array(memory);
  const words = new Uint32Array(memory);
  const times = new BigInt64Array(memory);
  const mailboxes = { inAt: 0, inLength: 0, outAt: 0, outLength: 0 };
  let front: number = LAYOUT.headerBytes;
  /** Up to where memory handed out belongs to items. */
  let settledTo = front;
  /** Whether it was all of them before the last `begin`. */
  let wasSettled = true;
  let back = words.length;
  let items = 0;

  function room(): number {
    return back * 4 - front;
  }

  function allocate(length: number): Uint8Array | undefined {
    if (aligned(length) > room()) return undefined;
    return new Uint8Array(memory, take(length), length);
  }

  function take(length: number): number {
    const at = front;
    front += aligned(length);
    return at;
  }

  function add(item: Item): boolean {
    const { frames } = item;
    const description = describeItem(item);
    let wanted = aligned(description.length) + rowBytes(frames.length);
    let end = settledTo;
    for (const { inbox, outbox } of frames) {
      if (inbox.buffer !== memory) wanted += aligned(inbox.length);
      else end = Math.max(end, inbox.byteOffset + aligned(inbox.length));
      if (outbox.buffer !== memory) wanted += aligned(outbox.length);
      else end = Math.max(end, outbox.byteOffset + aligned(outbox.length));
    }
    if (wanted > room()) return false;
    const isLast = end === front;
    back -= rowBytes(frames.length) / 4;
    let row = back;
    for (const frame of frames) {
      writeFrame(row, frame);
      row += LAYOUT.frameWords;
    }
    words[row + LAYOUT.descriptionAt] = place(description);
    words[row + LAYOUT.descriptionLength] = description.length;
    words[row + LAYOUT.outcome] = OUTCOMES.indexOf(item.outcome);
    words[row + LAYOUT.frames] = frames.length;
    if (isLast) settledTo = front;
    publish();
    return true;
  }

  function writeFrame(row: number, frame: Frame): void {
    words[row + LAYOUT.opcode] = frame.opcode;
    words[row + LAYOUT.opMod] = frame.opMod;
    words[row + LAYOUT.registerId] = frame.registerId;
    words[row + LAYOUT.status] = frame.status;
    words[row + LAYOUT.syndrome] = frame.syndrome;
    words[row + LAYOUT.errno] = frame.errno;
    words[row + LAYOUT.inAt] = place(frame.inbox);
    words[row + LAYOUT.inLength] = frame.inbox.length;
    words[row + LAYOUT.outAt] = place(frame.outbox);
    words[row + LAYOUT.outLength] = frame.outbox.length;
    times[(row + LAYOUT.started) / 2] = frame.startedNs;
    times[(row + LAYOUT.elapsed) / 2] = frame.elapsedNs;
  }

  function place(source: Uint8Array): number {
    if (source.buffer === memory) return source.byteOffset;
    const at = take(source.length);
    bytes.set(source, at);
    return at;
  }

  function publish(): void {
    items += 1;
    header[LAYOUT.bytesTo] = front;
    // The last write: who sees it sees the others.
    Atomics.store(header, LAYOUT.rowsFrom, back);
  }

  function begin(read: Read): MailboxPlace | undefined {
    const { number, request, inboxWords } = read;
    const { inLength, outLength } = request;
    if (number === NO_NUMBER) return undefined;
    const wanted = aligned(inLength) + aligned(outLength) + rowBytes(1);
    // Its description goes with it once.
    if (wanted + (named[number] === 1 ? 0 : aligned(describeItem(read).length)) > room()) return undefined;
    wasSettled = settledTo === front;
    mailboxes.inAt = take(inLength);
    mailboxes.inLength = inLength;
    mailboxes.outAt = take(outLength);
    mailboxes.outLength = outLength;
    const start = mailboxes.inAt / 4;
    for (let at = 0; at < inboxWords.length; at += 2) words[start + (inboxWords[at] ?? 0)] = inboxWords[at + 1] ?? 0;
    return mailboxes;
  }

  function finish(read: Read, { inAt, inLength, outAt, outLength }: MailboxPlace, result: CallResult): void {
    const { number, request } = read;
    const row = back - LAYOUT.itemWords;
    const frame = row - LAYOUT.frameWords;
    // Status, syndrome, errno and outcome are 0, as all of the memory is.
    words[frame + LAYOUT.opcode] = request.opcode;
    words[frame + LAYOUT.opMod] = request.opMod;
    words[frame + LAYOUT.registerId] = request.registerId;
    words[frame + LAYOUT.inAt] = inAt;
    words[frame + LAYOUT.inLength] = inLength;
    words[frame + LAYOUT.outAt] = outAt;
    words[frame + LAYOUT.outLength] = outLength;
    times[(frame + LAYOUT.started) / 2] = result.startedNs;
    times[(frame + LAYOUT.elapsed) / 2] = result.elapsedNs;
    if (named[number] !== 1) {
      const description = describeItem(read);
      words[row + LAYOUT.descriptionAt] = place(description);
      words[row + LAYOUT.descriptionLength] = description.length;
      named[number] = 1;
    }
    words[row + LAYOUT.number] = number;
    words[row + LAYOUT.frames] = 1;
    back = frame;
    if (wasSettled) settledTo = front;
    publish();
  }

  return {
    get items() {
      return items;
    },
    get used() {
      return bytes.length - room();
    },
    get settled() {
      return settledTo === front;
    },
    bytes,
    allocate,
    add,
    begin,
    finish,
    clear() {
      bytes.fill(0, LAYOUT.headerBytes, front);
      words.fill(0, back);
      front = LAYOUT.headerBytes;
      settledTo = front;
      back = words.length;
      items = 0;
      Atomics.store(header, LAYOUT.rowsFrom, 0);
    },
    handOver: () => void Atomics.store(header, LAYOUT.state, 1),
    waitUntilFree() {
      while (Atomics.load(header, LAYOUT.state) !== 0) Atomics.wait(header, LAYOUT.state, 1);
    },
  };
}
