import type { FaultTable } from '../faults/faultTable.ts';
import type { FirmwareFunction } from '../firmware/firmwareFunction.ts';
import { errno } from '../system/errno.ts';
import type { CommandLog } from './commandLog.ts';
import * as mailbox from './mailbox.ts';

export interface Command {
  readonly uid: number;
  /** Thread id of the caller, for the log. */
  readonly pid: number;
  readonly inbox: Uint8Array;
  readonly outbox: Uint8Array;
}

/** A command that a fault keeps back. */
export interface HeldCommand {
  /** Monotonic nanoseconds; Infinity while it hangs. */
  readonly dueNs: number;
  /** Runs the command at last.
   * @returns 0 with the outbox filled, or an errno */
  run(outbox: Uint8Array): number;
}

/** What mlx5_core does below both front ends: keeps user contexts, stamps their UID into commands and gets these
 * executed; here is also where faults strike. */
export interface CommandQueue {
  /** False once the device was unbound or removed. */
  readonly present: boolean;
  /** CREATE_UCTX.
   * @returns the UID, or a negative errno */
  createUctx(capabilities: number, pid: number): number;
  destroyUctx(uid: number, pid: number): void;
  /** CREATE_UMEM.
   * @returns the umem's id, or a negative errno */
  createUmem(uid: number, pid: number, memory: { readonly address: number; readonly length: number }): number;
  /** @returns 0, or ENOENT for an id that is not this UID's */
  destroyUmem(uid: number, pid: number, umem: number): number;
  /** @returns 0 with the outbox filled (firmware's refusal included), an errno, or a command that is held */
  submit(command: Command): number | HeldCommand;
  /** Logs a command that the driver did not let through to firmware. */
  refused(command: Command, errnoValue: number): void;
}

export interface CommandQueueOptions {
  /** PCI address. */
  readonly device: string;
  readonly firmware: FirmwareFunction;
  readonly faults: FaultTable;
  readonly log: CommandLog;
  /** Whether the device is still there; read at each use. */
  readonly isPresent: () => boolean;
  readonly remove: () => void;
}

export function createCommandQueue({
  device,
  firmware,
  faults,
  log,
  isPresent,
  remove,
}: CommandQueueOptions): CommandQueue {
  const monotonicNs = (): number => Number(process.hrtime.bigint());

  function execute(command: Command, startedNs: number): number {
    mailbox.stampUid(command.inbox, command.uid);
    const trace = firmware.execute(command.uid, command.inbox, command.outbox);
    if (log.enabled) log.executed({ device, command, startedNs, firmware, trace });
    return 0;
  }

  function fail(command: Command, errnoValue: number, startedNs: number): number {
    if (log.enabled) log.failed({ device, command, startedNs, firmware, errno: errnoValue });
    return errnoValue;
  }

  function hold(command: Command, startedNs: number, held: Omit<HeldCommand, 'run'>, expired: number): HeldCommand {
    const kept = { ...command, inbox: command.inbox.slice() };
    return {
      get dueNs() {
        return isPresent() ? held.dueNs : 0;
      },
      run(outbox) {
        if (!isPresent()) return fail(kept, errno.ENXIO, startedNs);
        // Still due in spite of not having been cleared: the kernel has given the command up.
        if (expired !== 0 && held.dueNs > 0) return fail(kept, expired, startedNs);
        return execute({ ...kept, outbox }, startedNs);
      },
    };
  }

  /** A command of the driver itself: firmware knows it as UID 0. */
  function driverCommand(pid: number, inbox: Uint8Array): Uint8Array | undefined {
    const outbox = new Uint8Array(mailbox.HEADER);
    execute({ uid: 0, pid, inbox, outbox }, monotonicNs());
    return outbox[0] === 0 ? outbox : undefined;
  }

  return {
    get present() {
      return isPresent();
    },
    createUctx(capabilities, pid) {
      if (!isPresent()) return -errno.ENODEV;
      const answer = driverCommand(pid, mailbox.createUctx(capabilities));
      return answer === undefined ? -errno.EIO : mailbox.be16(answer, 0xa);
    },
    destroyUctx(uid, pid) {
      if (isPresent()) driverCommand(pid, mailbox.destroyUctx(uid));
    },
    createUmem(uid, pid, { address, length }) {
      const inbox = mailbox.createUmem(address, length);
      const outbox = new Uint8Array(mailbox.HEADER);
      execute({ uid, pid, inbox, outbox }, monotonicNs());
      return outbox[0] === 0 ? mailbox.be32(outbox, 8) : -errno.EIO;
    },
    destroyUmem(uid, pid, umem) {
      const outbox = new Uint8Array(mailbox.HEADER);
      execute({ uid, pid, inbox: mailbox.destroyUmem(umem), outbox }, monotonicNs());
      return outbox[0] === 0 ? 0 : errno.ENOENT;
    },
    submit(command) {
      const startedNs = log.enabled || faults.any ? monotonicNs() : 0;
      const fault = faults.any ? faults.take(device, command.inbox) : undefined;
      if (fault === undefined) return execute(command, startedNs);
      switch (fault.kind) {
        case 'refuse':
          mailbox.writeStatus(command.outbox, fault.status, fault.syndrome);
          if (log.enabled) log.executed({ device, command, startedNs, firmware, trace: fault });
          return 0;
        case 'errno':
          return fail(command, fault.errno, startedNs);
        case 'remove':
          remove();
          return fail(command, errno.ENODEV, startedNs);
        case 'delay':
          return hold(command, startedNs, { dueNs: startedNs + fault.ms * 1e6 }, 0);
        case 'hang': {
          const gaveUpNs = fault.ms === undefined ? Number.POSITIVE_INFINITY : startedNs + fault.ms * 1e6;
          const held = {
            get dueNs() {
              return fault.cleared ? 0 : gaveUpNs;
            },
          };
          return hold(command, startedNs, held, errno.ETIMEDOUT);
        }
      }
    },
    refused(command, errnoValue) {
      fail(command, errnoValue, monotonicNs());
    },
  };
}
