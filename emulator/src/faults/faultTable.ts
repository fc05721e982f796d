/** What goes wrong. `ms` of a hang is the time after which the kernel gives the command up with ETIMEDOUT; without it
 * the command hangs until the fault is cleared, the device removed or the emulator stopped. */
export type FaultEffect =
  | { readonly kind: 'refuse'; readonly status: number; readonly syndrome: number }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'hang'; readonly ms?: number }
  | { readonly kind: 'errno'; readonly errno: number }
  /** Bits of one byte of the outbox are turned over, after firmware has answered. */
  | { readonly kind: 'corrupt'; readonly offset: number; readonly xor: number }
  /** The driver tells of an answer of so many bytes, whatever was asked for, and gives no more than them. */
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'remove' }
  /** The driver has found firmware dead and lets nothing through any more, whatever the command. */
  | { readonly kind: 'internalError' };

/** Which commands a fault strikes; what is left out matches all. */
export interface FaultFilter {
  /** PCI address. */
  readonly device?: string;
  readonly opcode?: number;
  /** Register id: matches ACCESS_REG of that register only. */
  readonly register?: number;
  /** Matching commands that pass unharmed first. */
  readonly afterCommands: number;
  /** Matching commands that are struck then; Infinity until cleared. */
  readonly times: number;
}

/** A fault that struck; `cleared` is read by the commands that it holds. */
export type StruckFault = FaultEffect & { readonly cleared: boolean };

export interface FaultStatus extends FaultFilter {
  readonly id: number;
  readonly kind: FaultEffect['kind'];
  readonly struck: number;
}

export interface FaultTable {
  /** True while there is any fault: the hot path asks no more than this. */
  readonly any: boolean;
  add(filter: FaultFilter, effect: FaultEffect): number;
  /** Clears the faults of one device, or all; held commands go on. */
  clear(device?: string): void;
  take(device: string, inbox: Uint8Array): StruckFault | undefined;
  /** Whether a device is in the state of an internal error, in which it cannot be opened either. */
  inInternalError(device: string): boolean;
  readonly status: readonly FaultStatus[];
}

const ACCESS_REG = 0x805;
const ACCESS_REGISTER_USER = 0xb0c;

interface Entry {
  readonly id: number;
  readonly filter: FaultFilter;
  readonly fault: FaultEffect & { cleared: boolean };
  passed: number;
  struck: number;
}

export function createFaultTable(): FaultTable {
  let entries: Entry[] = [];
  let nextId = 1;

  function strikes(entry: Entry): boolean {
    if (entry.struck >= entry.filter.times) return false;
    if (entry.passed < entry.filter.afterCommands) {
      entry.passed++;
      return false;
    }
    entry.struck++;
    return true;
  }

  return {
    get any() {
      return entries.length > 0;
    },
    get status() {
      return entries.map(({ id, filter, fault, struck }) => ({ id, kind: fault.kind, struck, ...filter }));
    },
    add(filter, effect) {
      const id = nextId++;
      entries.push({ id, filter, fault: { ...effect, cleared: false }, passed: 0, struck: 0 });
      return id;
    },
    inInternalError: (device) =>
      entries.some(
        ({ filter, fault, passed }) =>
          fault.kind === 'internalError' &&
          passed >= filter.afterCommands &&
          (filter.device === undefined || filter.device === device),
      ),
    clear(device) {
      const cleared = entries.filter(({ filter }) => device === undefined || filter.device === device);
      for (const { fault } of cleared) fault.cleared = true;
      entries = entries.filter((entry) => !cleared.includes(entry));
    },
    take(device, inbox) {
      const opcode = be16(inbox, 0);
      const register = opcode === ACCESS_REG || opcode === ACCESS_REGISTER_USER ? be16(inbox, 0xa) : undefined;
      const matching = entries.filter(
        ({ filter }) =>
          (filter.device === undefined || filter.device === device) &&
          (filter.opcode === undefined || filter.opcode === opcode) &&
          (filter.register === undefined || filter.register === register),
      );
      // Every fault counts the commands that match it; the oldest that strikes has effect.
      const struck = matching.filter(strikes);
      return struck[0]?.fault;
    },
  };
}

function be16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
