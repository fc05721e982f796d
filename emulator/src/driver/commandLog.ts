import { openSync, writeSync } from 'node:fs';
import type { CommandTrace, FirmwareFunction } from '../firmware/firmwareFunction.ts';
import { errnoName } from '../system/errno.ts';
import type { Command } from './commandQueue.ts';

/** One line of the log: a command that firmware executed, or that failed on its way there. */
export interface CommandRecord {
  /** CLOCK_MONOTONIC when the command was submitted, and until it was answered; nanoseconds. */
  readonly ns: number;
  readonly elapsedNs: number;
  /** PCI address. */
  readonly device: string;
  /** 0 for commands of the driver itself. */
  readonly uid: number;
  readonly pid: number;
  readonly opcode: number;
  readonly command: string;
  readonly opMod: number;
  /** Register of ACCESS_REG, and the values of its index fields that were sent. */
  readonly register?: string;
  readonly index?: Readonly<Record<string, number>>;
  /** Absent when firmware did not see the command. */
  readonly status?: number;
  readonly syndrome?: number;
  /** Name of the errno, e.g. `ETIMEDOUT`. */
  readonly errno?: string;
  /** What the command changed in the device, for commands of a UID. */
  readonly mutation?: string;
  /** What it made or ended that belongs to its UID alone: nothing that others could notice. */
  readonly own?: string;
  /** UID of the user context that CREATE_UCTX made or DESTROY_UCTX ended. A UID is given again once its context has
   * ended, so it tells contexts apart only together with these. */
  readonly userContext?: number;
}

interface Event {
  readonly device: string;
  readonly command: Command;
  readonly startedNs: number;
  readonly firmware: FirmwareFunction;
}

export interface CommandLog {
  /** False when nobody wants records: then no time is spent on them. */
  readonly enabled: boolean;
  executed(event: Event & { readonly trace: CommandTrace }): void;
  failed(event: Event & { readonly errno: number }): void;
  /** The latest records, oldest first. */
  readonly recent: readonly CommandRecord[];
  /** From now on keep the latest records in memory. */
  keepRecent(): void;
}

const RECENT = 4096;

/** @param file appended to, one JSON line a command, written before the caller gets its answer: a reader who has an
 * answer finds the line */
export function createCommandLog(file?: string): CommandLog {
  const fd = file === undefined ? undefined : openSync(file, 'a');
  const recent: CommandRecord[] = [];
  let keeping = false;

  function record(event: Event, result: Partial<CommandRecord>): void {
    const { uid, pid, inbox } = event.command;
    const entry: CommandRecord = {
      ns: event.startedNs,
      elapsedNs: Number(process.hrtime.bigint()) - event.startedNs,
      device: event.device,
      uid,
      pid,
      ...event.firmware.describe(inbox),
      ...result,
    };
    if (fd !== undefined) writeSync(fd, `${JSON.stringify(entry)}\n`);
    if (!keeping) return;
    recent.push(entry);
    if (recent.length > RECENT) recent.shift();
  }

  return {
    get enabled() {
      return fd !== undefined || keeping;
    },
    recent,
    keepRecent() {
      keeping = true;
    },
    executed(event) {
      const { status, syndrome, mutation, own, userContext } = event.trace;
      // The driver's own CREATE_UCTX and DESTROY_UCTX are its book-keeping, not something a client did to the device.
      const ofClient = mutation !== undefined && event.command.uid !== 0;
      record(event, {
        status,
        syndrome,
        ...(userContext === undefined ? {} : { userContext }),
        ...(ofClient ? { mutation } : {}),
        ...(own === undefined ? {} : { own }),
      });
    },
    failed(event) {
      record(event, { errno: errnoName(event.errno) });
    },
  };
}
