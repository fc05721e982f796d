/** One command as it went over the channel. All byte arrays are exactly what was sent and what came back. */
export interface Frame {
  /** Command opcode, e.g. 0x805 for ACCESS_REG. */
  readonly opcode: number;
  /** op_mod of the command, e.g. 1 for a register read. */
  readonly opMod: number;
  /** Register id for ACCESS_REG, else 0. */
  readonly registerId: number;
  /** Firmware status from the outbox, 0 = OK. Meaningless when `errno` is not 0. */
  readonly status: number;
  /** Firmware's vendor syndrome, 0 on success. */
  readonly syndrome: number;
  /** Transport errno, 0 when the command reached firmware and came back. */
  readonly errno: number;
  /** CLOCK_MONOTONIC, nanoseconds. */
  readonly startedNs: bigint;
  readonly elapsedNs: bigint;
  readonly inbox: Uint8Array;
  /** Empty when `errno` is not 0, but for netlink: there the errno is in a message, or what came could not be read. */
  readonly outbox: Uint8Array;
}

/** - `register`: a page of an access register
 * - `capability`: a page of QUERY_HCA_CAP; what QUERY_ADAPTER says about the card counts as one
 * - `object`: the context of a firmware object, by its QUERY command
 * - `segment`: a window of a resource dump, whole segments
 * - `memory`: a window of a core dump
 * - `host`: what the host's kernel says about the device, no command: the frame's inbox is what was asked for (a path as
 *   UTF-8, or a netlink message), its outbox what came back */
export type ItemKind = 'register' | 'capability' | 'object' | 'segment' | 'memory' | 'host';

/** - `ok`: firmware answered with status OK
 * - `refused`: firmware answered with another status; the frame carries status and syndrome
 * - `failed`: the command did not reach firmware, or no answer came back; the frame carries the errno
 * - `absent`: it was asked without knowing whether the device has it, and firmware's status says that it has not. An
 *   answer, not an error: the frame carries status and syndrome, counts of errors leave it out */
export type ItemOutcome = 'ok' | 'refused' | 'failed' | 'absent';

/** One logical read: a register page, a capability page. Never one RPC: an item may take several frames. */
export interface Item {
  /** Unique within its collector and the same for the same read in every run, e.g. `PPCNT{grp=0x0,local_port=1}`.
   * A collector that is resumed skips the keys that are already on disk. */
  readonly key: string;
  readonly kind: ItemKind;
  /** Register or capability name as the hardware documentation has it. */
  readonly name: string;
  /** Values of the index fields that were sent, by field name. */
  readonly index: Readonly<Record<string, number>>;
  readonly outcome: ItemOutcome;
  readonly frames: readonly Frame[];
}

/** An item of an earlier run. */
export interface KnownItem extends Item {
  /** Only the last frame is here, of its mailboxes only the first 512 bytes: key, outcome, status and the register that a
   * window of a core dump begins with. What a long dump had brought need not be in memory again to go on behind it. */
  readonly abridged?: true;
}

/** Its bytes in memory of its own, whatever they lie in: a Buffer's slice() is no copy. */
export function copyOfFrame(frame: Frame): Frame {
  return { ...frame, inbox: new Uint8Array(frame.inbox), outbox: new Uint8Array(frame.outbox) };
}

/** Whether a read went wrong; what is absent was answered. */
export function isItemError({ outcome }: Item): boolean {
  return outcome === 'refused' || outcome === 'failed';
}
