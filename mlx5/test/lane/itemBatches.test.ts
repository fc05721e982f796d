import test from 'ava';
import fc from 'fast-check';
import type { Frame, Item, ItemKind, ItemOutcome } from '../../src/collect/item.ts';
import { MOST_NUMBERS, NO_NUMBER } from '../../src/collect/keyNumbers.ts';
import { createItemBatches, createItemMemory, type ItemBatches } from '../../src/lane/itemBatches.ts';
import {
  createItemBlock,
  freeItemBlock,
  type ItemNames,
  readItemBlock,
  unsentItems,
} from '../../src/lane/itemBlock.ts';

/** Small, so that a few items fill several. */
const BLOCK_BYTES = 2048;

interface Wanted {
  readonly key: string;
  readonly kind: ItemKind;
  readonly name: string;
  readonly index: Readonly<Record<string, number>>;
  readonly outcome: ItemOutcome;
  readonly frames: readonly WantedFrame[];
  /** Made in place under this number, if it is one command that was answered OK. */
  readonly number: number;
}
interface WantedFrame extends Omit<Frame, 'inbox' | 'outbox'> {
  readonly inbox: Uint8Array;
  readonly outbox: Uint8Array;
  /** Whether the bytes lie in memory that the batches gave, as a command's do. */
  readonly given: boolean;
}

const uint32 = fc.nat(0xffff_ffff);
const bytes = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1500, maxLength: 5000, size: 'max' }) },
);
const frame: fc.Arbitrary<WantedFrame> = fc.record({
  opcode: uint32,
  opMod: uint32,
  registerId: uint32,
  status: fc.nat(255),
  syndrome: uint32,
  errno: uint32,
  startedNs: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  elapsedNs: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  inbox: bytes,
  outbox: bytes,
  given: fc.boolean(),
});
/** As most commands end: in their item's only frame, with status OK. */
const okFrame = frame.map((one) => ({ ...one, status: 0, syndrome: 0, errno: 0, inbox: wholeWords(one.inbox) }));

function wholeWords(source: Uint8Array): Uint8Array {
  return source.subarray(0, source.length & ~3);
}

const anyItem: fc.Arbitrary<Wanted> = fc.record({
  key: fc.string({ unit: 'binary' }),
  kind: fc.constantFrom<ItemKind>('register', 'capability', 'object', 'segment', 'memory', 'host'),
  name: fc.string({ unit: 'binary' }),
  index: fc.dictionary(
    fc.string().filter((name) => name !== '__proto__'),
    uint32,
    { noNullPrototype: true },
  ),
  outcome: fc.constantFrom<ItemOutcome>('ok', 'refused', 'failed', 'absent'),
  frames: fc.array(frame, { maxLength: 6 }),
  number: fc.constantFrom(NO_NUMBER, 1, 2, 3, MOST_NUMBERS - 1),
});

const item = fc.oneof(
  anyItem,
  fc
    .record({ one: anyItem, only: okFrame })
    .map(({ one, only }) => ({ ...one, outcome: 'ok' as const, frames: [only] })),
);

/** A key has one number, and a number one key: those that come with a number that is taken have none. */
function numbered(items: readonly Wanted[]): readonly Wanted[] {
  const keys = new Map<number, Wanted>();
  return items.map((one) => {
    const first = keys.get(one.number) ?? one;
    keys.set(one.number, first);
    const { key, kind, name, index } = first;
    return one.number === NO_NUMBER ? one : { ...one, key, kind, name, index };
  });
}

/** Puts the item in as a lane does: in place where it may, else made of objects in memory that was given. */
function put(batches: ItemBatches, wanted: Wanted): void {
  if (!putInPlace(batches, wanted)) batches.add(made(batches, wanted));
}

function putInPlace({ placing }: ItemBatches, { frames, number, outcome, ...identity }: Wanted): boolean {
  const [only, ...more] = frames;
  if (only === undefined || more.length > 0 || outcome !== 'ok') return false;
  const { inbox, outbox, startedNs, elapsedNs, opcode, opMod, registerId } = only;
  if (only.status !== 0 || only.syndrome !== 0 || only.errno !== 0 || inbox.length % 4 !== 0) return false;
  const words = new Uint32Array(Uint8Array.from(inbox).buffer);
  const inboxWords = Uint32Array.from([...words].flatMap((word, at) => (word === 0 ? [] : [at, word])));
  const request = { opcode, opMod, registerId, probe: false, fill() {} };
  const lengths = { inLength: inbox.length, outLength: outbox.length };
  const read = { ...identity, number, inboxWords, steers: false, request: { ...request, ...lengths } };
  const place = placing.begin(read);
  if (place === undefined) return false;
  const { memory } = placing;
  if (Buffer.compare(memory.subarray(place.inAt, place.inAt + place.inLength), inbox) !== 0) throw new Error('inbox');
  if (memory.subarray(place.outAt, place.outAt + place.outLength).some((byte) => byte !== 0)) throw new Error('outbox');
  memory.set(outbox, place.outAt);
  placing.finish(read, place, { length: outbox.length, errno: 0, startedNs, elapsedNs });
  return true;
}

/** Makes the item as a collector does: memory for each command first, what came back written into it. */
function made(batches: ItemBatches, { frames, number: _, ...rest }: Wanted): Item {
  const placed = (source: Uint8Array, given: boolean): Uint8Array => {
    if (!given) return source;
    const memory = batches.allocate(source.length);
    if (memory.some((byte) => byte !== 0)) throw new Error('memory for a command is zeroed');
    memory.set(source);
    return memory;
  };
  return {
    ...rest,
    frames: frames.map(({ given, inbox, outbox, ...numbers }) => ({
      ...numbers,
      inbox: placed(inbox, given),
      outbox: placed(outbox, given),
    })),
  };
}

/** What a reader sees of it. Bytes from shared memory and from elsewhere compare equal. */
function seen({ key, kind, name, index, outcome, frames }: Item | Wanted): unknown {
  return {
    ...{ key, kind, name, index: { ...index }, outcome },
    frames: frames.map(
      ({ opcode, opMod, registerId, status, syndrome, errno, startedNs, elapsedNs, inbox, outbox }) => ({
        ...{ opcode, opMod, registerId, status, syndrome, errno, startedNs, elapsedNs },
        ...{ inbox: Buffer.from(inbox).toString('hex'), outbox: Buffer.from(outbox).toString('hex') },
      }),
    ),
  };
}

/** The main thread, in this one: it reads a block when it is sent and gives it back `behind` blocks later, up to when its
 * items are good. One of the memory that large items have of their own it gives back at once: nothing but the next such
 * item waits for it. */
function receiver(blocks: readonly SharedArrayBuffer[], behind: number, inPlace = false) {
  const names: ItemNames = new Map();
  const received: unknown[] = [];
  const held: { readonly memory: SharedArrayBuffer; readonly look: () => void }[] = [];
  const giveBack = (): void => {
    const { memory, look } = held.shift()!;
    look();
    freeItemBlock(memory);
  };
  return {
    names,
    received,
    take(block: number | SharedArrayBuffer): void {
      const memory = typeof block === 'number' ? blocks[block]! : block;
      const items = readItemBlock(memory, names, { inPlace });
      const first = received.push(...items.map(seen)) - items.length;
      held.push({ memory, look: () => received.splice(first, items.length, ...items.map(seen)) });
      while (held.length > (typeof block === 'number' ? behind : 0)) giveBack();
    },
    rest(): void {
      while (held.length > 0) giveBack();
    },
  };
}

const items = fc.array(item, { maxLength: 40 }).map(numbered);

test('items come out of the blocks as they went in, in their order, whatever their size', (t) => {
  fc.assert(
    fc.property(items, fc.constantFrom(0, 1), fc.boolean(), (wanted, behind, inPlace) => {
      const blocks = [createItemBlock(BLOCK_BYTES), createItemBlock(BLOCK_BYTES), createItemBlock(BLOCK_BYTES)];
      const { received, take, rest } = receiver(blocks, behind, inPlace);
      const memory = createItemMemory(blocks);
      // A second job on the same memory finds what the first has left there.
      for (const job of [wanted, wanted.toReversed()]) {
        received.length = 0;
        const batches = createItemBatches(memory, take);
        for (const one of job) put(batches, one);
        batches.flush();
        rest();
        t.deepEqual(received, job.map(seen));
        t.is(batches.count, job.length);
        blocks.forEach(freeItemBlock);
      }
    }),
  );
});

test('what lies in a block that was never sent can be read, but not the item under way', (t) => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 20 }).map(numbered), (wanted) => {
      const blocks = [createItemBlock(BLOCK_BYTES), createItemBlock(BLOCK_BYTES)];
      const { names, received, take } = receiver(blocks, 0);
      const batches = createItemBatches(createItemMemory(blocks), take);
      for (const one of wanted) put(batches, one);
      batches.allocate(16).fill(0xff);
      // The thread hangs here.
      const rest = blocks.flatMap((memory) => unsentItems(memory, names));
      t.deepEqual([...received, ...rest.map(seen)], wanted.map(seen));
    }),
  );
});

test('an answer that is larger than a block lies where its item goes over, and the memory is used again', (t) => {
  const sent: SharedArrayBuffer[] = [];
  const memory = createItemMemory([createItemBlock(BLOCK_BYTES)]);
  const send = (block: number | SharedArrayBuffer): void => {
    if (typeof block === 'number') return;
    sent.push(block);
    freeItemBlock(block);
  };
  for (const key of ['a', 'b']) {
    const batches = createItemBatches(memory, send);
    const outbox = batches.allocate(3 * BLOCK_BYTES);
    batches.add(itemOf(key, { inbox: new Uint8Array(16), outbox }));
    t.is(outbox.buffer as ArrayBufferLike, sent.at(-1)!);
  }
  t.is(sent.length, 2);
  t.is(sent[0], sent[1]);
});

test('bytes that lie in the block already are not copied', (t) => {
  const block = createItemBlock(BLOCK_BYTES);
  const batches = createItemBatches(createItemMemory([block]), () => {});
  const inbox = batches.allocate(16);
  t.is(inbox.buffer as ArrayBufferLike, block);
  batches.add(itemOf('a', { inbox, outbox: new Uint8Array() }));
  inbox[0] = 7;
  t.is(unsentItems(block, new Map())[0]?.frames[0]?.inbox[0], 7);
});

function itemOf(key: string, bytes: Pick<Frame, 'inbox' | 'outbox'>): Item {
  const numbers = { opcode: 1, opMod: 0, registerId: 0, status: 0, syndrome: 0, errno: 0 };
  const frame = { ...numbers, startedNs: 1n, elapsedNs: 1n, ...bytes };
  return { key, kind: 'register', name: 'A', index: {}, outcome: 'ok', frames: [frame] };
}
