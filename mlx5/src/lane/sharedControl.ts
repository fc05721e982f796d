import type { LaneControl } from '../collect/commandRunner.ts';

/** Memory that the main thread and a lane's worker share. Messages would not do: a worker inside an ioctl reads none. */
const CANCELLED = 0;
const CREDITS = 1;
const INTS = 2;
/** Start of the command in flight on CLOCK_MONOTONIC in nanoseconds, 0 for none. Behind the integers. */
const STARTED_AT = INTS * Int32Array.BYTES_PER_ELEMENT;
const BYTES = STARTED_AT + BigInt64Array.BYTES_PER_ELEMENT;

/** Batches of items that may be under way at once. */
export const INITIAL_CREDITS = 2;

/** The main thread's end. */
export interface LaneSupervision {
  readonly buffer: SharedArrayBuffer;
  cancel(): void;
  /** One batch has been consumed. */
  addCredit(): void;
  /** Nobody consumes any more: the worker need not wait. */
  liftCredits(): void;
  /** For how long the command in flight has run, in milliseconds; 0 for none. */
  commandAgeMs(): number;
}

export function createSupervision(): LaneSupervision {
  const buffer = new SharedArrayBuffer(BYTES);
  const ints = new Int32Array(buffer, 0, INTS);
  const started = new BigInt64Array(buffer, STARTED_AT, 1);
  Atomics.store(ints, CREDITS, INITIAL_CREDITS);

  return {
    buffer,
    cancel() {
      Atomics.store(ints, CANCELLED, 1);
      Atomics.notify(ints, CANCELLED);
    },
    addCredit() {
      Atomics.add(ints, CREDITS, 1);
      Atomics.notify(ints, CREDITS);
    },
    liftCredits() {
      // Set, not added: it may happen twice, and the counter would run over.
      Atomics.store(ints, CREDITS, 1 << 30);
      Atomics.notify(ints, CREDITS);
    },
    commandAgeMs() {
      const at = Atomics.load(started, 0);
      return at === 0n ? 0 : Number((process.hrtime.bigint() - at) / 1_000_000n);
    },
  };
}

/** The worker's end. */
export interface WorkerControl extends LaneControl {
  /** Waits until a batch may be sent. */
  takeCredit(): void;
}

export function createWorkerControl(buffer: SharedArrayBuffer): WorkerControl {
  const ints = new Int32Array(buffer, 0, INTS);
  const started = new BigInt64Array(buffer, STARTED_AT, 1);
  return {
    cancelled: () => Atomics.load(ints, CANCELLED) !== 0,
    commandBegins() {
      Atomics.store(started, 0, process.hrtime.bigint());
    },
    commandEnds() {
      Atomics.store(started, 0, 0n);
    },
    pause(milliseconds) {
      Atomics.wait(ints, CANCELLED, 0, milliseconds);
    },
    takeCredit() {
      for (let credits = Atomics.load(ints, CREDITS); credits <= 0; credits = Atomics.load(ints, CREDITS)) {
        Atomics.wait(ints, CREDITS, credits);
      }
      Atomics.sub(ints, CREDITS, 1);
    },
  };
}
