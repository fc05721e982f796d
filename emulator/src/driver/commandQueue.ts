import type { FaultTable } from '../faults/faultTable.ts';
import type { FirmwareFunction } from '../firmware/firmwareFunction.ts';
import { errno } from '../system/errno.ts';
import type { CommandLog } from './commandLog.ts';
import { type Iommu, PAGE } from './iommu.ts';
import * as mailbox from './mailbox.ts';
import { pagesOf, pinMemory, type UserMemory } from './pinMemory.ts';
import { errnoOfStatus } from './statusErrno.ts';

export interface Command {
  readonly uid: number;
  /** Thread id of the caller, for the log. */
  readonly pid: number;
  readonly inbox: Uint8Array;
  readonly outbox: Uint8Array;
  /** Is told how long the answer is to be said to be, where that is not what was asked for. */
  readonly tellLength?: (bytes: number) => void;
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
  /** DESTROY_UCTX, and before it DESTROY_UMEM for what is still registered. */
  destroyUctx(uid: number, pid: number): void;
  /** Pins a caller's memory and makes a umem of it: CREATE_UMEM.
   * @returns the umem's id, or a negative errno */
  createUmem(uid: number, pid: number, memory: UserMemory): number;
  /** DESTROY_UMEM; what firmware does not destroy stays pinned.
   * @returns 0, ENOENT for an id that is not this UID's, or what became of the command */
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
  readonly iommu: Iommu;
  readonly faults: FaultTable;
  readonly log: CommandLog;
  /** How the driver answers a command after an internal error: by a status of its own, as mlx5_core did when mlx5ctl was
   * current, or by ENXIO. */
  readonly abortsByStatus: boolean;
  /** Whether the device is still there; read at each use. */
  readonly isPresent: () => boolean;
  readonly remove: () => void;
}

/** Written by the driver, never by firmware.
 * @source reference 3.2 */
const DRIVER_ABORTED = { status: 0xfe, syndrome: 0xbadd_00de } as const;

export function createCommandQueue({
  device,
  firmware,
  iommu,
  faults,
  log,
  abortsByStatus,
  isPresent,
  remove,
}: CommandQueueOptions): CommandQueue {
  /** Bus addresses of the umems of each user context. */
  const umems = new Map<number, Map<number, number>>();
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

  /** A command that the driver gives for a user context. Faults that keep a command back do not: the driver has nobody
   * to answer later.
   * @returns 0 or an errno */
  function contextCommand(command: Command): number {
    const outcome = submit(command);
    const failure = typeof outcome === 'number' ? outcome : outcome.run(command.outbox);
    return failure === 0 ? errnoOfStatus(command.outbox[0] ?? 0) : failure;
  }

  function submit(command: Command): number | HeldCommand {
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
      case 'internalError':
        if (!abortsByStatus) return fail(command, errno.ENXIO, startedNs);
        mailbox.writeStatus(command.outbox, DRIVER_ABORTED.status, DRIVER_ABORTED.syndrome);
        if (log.enabled) log.executed({ device, command, startedNs, firmware, trace: DRIVER_ABORTED });
        return 0;
      case 'corrupt': {
        const result = execute(command, startedNs);
        const { outbox } = command;
        if (fault.offset < outbox.length) outbox[fault.offset] = (outbox[fault.offset] ?? 0) ^ fault.xor;
        return result;
      }
      case 'length':
        command.tellLength?.(fault.bytes);
        return execute(command, startedNs);
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
  }

  return {
    get present() {
      return isPresent();
    },
    createUctx(capabilities, pid) {
      if (!isPresent()) return -errno.ENODEV;
      if (faults.inInternalError(device)) return -errno.ENXIO;
      const answer = driverCommand(pid, mailbox.createUctx(capabilities));
      return answer === undefined ? -errno.EIO : mailbox.be16(answer, 0xa);
    },
    destroyUctx(uid, pid) {
      const held = umems.get(uid) ?? new Map<number, number>();
      umems.delete(uid);
      if (isPresent()) {
        const outbox = new Uint8Array(mailbox.HEADER);
        for (const umem of held.keys()) {
          execute({ uid, pid, inbox: mailbox.destroyUmem(umem), outbox }, monotonicNs());
        }
        driverCommand(pid, mailbox.destroyUctx(uid));
      }
      // Not before firmware has let go.
      for (const bus of held.values()) iommu.unmap(bus);
    },
    createUmem(uid, pid, memory) {
      const bus = pinMemory(iommu, pid, memory);
      if (bus < 0) return bus;
      const inbox = mailbox.createUmem(bus, pagesOf(memory), memory.address % PAGE);
      const outbox = new Uint8Array(mailbox.HEADER);
      const failure = contextCommand({ uid, pid, inbox, outbox });
      if (failure !== 0) {
        iommu.unmap(bus);
        return -failure;
      }
      const umem = mailbox.be32(outbox, 8);
      umems.set(uid, (umems.get(uid) ?? new Map<number, number>()).set(umem, bus));
      return umem;
    },
    destroyUmem(uid, pid, umem) {
      const held = umems.get(uid);
      const bus = held?.get(umem);
      if (held === undefined || bus === undefined) return errno.ENOENT;
      const outbox = new Uint8Array(mailbox.HEADER);
      const failure = contextCommand({ uid, pid, inbox: mailbox.destroyUmem(umem), outbox });
      if (failure !== 0) return failure;
      held.delete(umem);
      iommu.unmap(bus);
      return 0;
    },
    submit,
    refused(command, errnoValue) {
      fail(command, errnoValue, monotonicNs());
    },
  };
}
