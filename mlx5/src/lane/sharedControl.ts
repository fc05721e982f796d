import type { LaneControl } from '../collect/commandRunner.ts';

/** Memory that the main thread and a lane's worker share. Messages would not do: a worker inside an ioctl reads none. */
const CANCELLED = 0;
/** Counts begins and ends of commands: odd while one is in flight. */
const COMMANDS = 1;
const INTS = 2;

/** The main thread's end. */
export interface LaneSupervision {
  readonly buffer: SharedArrayBuffer;
  cancel(): void;
  /** For how long the command in flight has been seen, in milliseconds; 0 for none. It is as exact as it is asked often:
   * a command counts from the first time that it is seen. */
  commandAgeMs(): number;
}

export function createSupervision(): LaneSupervision {
  const buffer = new SharedArrayBuffer(INTS * Int32Array.BYTES_PER_ELEMENT);
  const ints = new Int32Array(buffer);
  let seen = 0;
  let sinceMs = 0;

  return {
    buffer,
    cancel() {
      Atomics.store(ints, CANCELLED, 1);
      Atomics.notify(ints, CANCELLED);
    },
    commandAgeMs() {
      const count = Atomics.load(ints, COMMANDS);
      const nowMs = performance.now();
      if (count !== seen) sinceMs = nowMs;
      seen = count;
      return (count & 1) === 0 ? 0 : Math.round(nowMs - sinceMs);
    },
  };
}

/** The worker's end. */
export function createWorkerControl(buffer: SharedArrayBuffer): LaneControl {
  const ints = new Int32Array(buffer);
  let commands = 0;
  return {
    cancelled: () => Atomics.load(ints, CANCELLED) !== 0,
    // This thread alone writes it; that the main thread sees it a little later makes no difference.
    commandBegins() {
      commands += 1;
      ints[COMMANDS] = commands;
    },
    commandEnds() {
      commands += 1;
      ints[COMMANDS] = commands;
    },
    pause(milliseconds) {
      Atomics.wait(ints, CANCELLED, 0, milliseconds);
    },
  };
}
