import { readLayoutData } from './layoutData.ts';

/** A firmware command. */
export interface Command {
  readonly opcode: number;
  /** As mlx5_ifc.h has it, e.g. `QUERY_HCA_CAP`. */
  readonly name: string;
  /** Least fwctl scope the kernel's list lets it through with; absent when that list has it not (EBADMSG). ACCESS_REG is
   * 0 for writes and 1 for reads. */
  readonly fwctlScope?: number;
}

/** A status that firmware writes into `0x0.24:8` of an outbox. */
export interface CommandStatus {
  readonly status: number;
  readonly name: string;
  readonly text: string;
}

/** One page of QUERY_HCA_CAP. */
export interface CapabilityType {
  readonly type: number;
  readonly name: string;
  /** Absent where no public layout is known. */
  readonly layout?: string;
  readonly bytes?: number;
}

let commands: readonly Command[] | undefined;
let commandByCode: ReadonlyMap<number, Command> | undefined;
let statuses: ReadonlyMap<number, CommandStatus> | undefined;
let capabilities: readonly CapabilityType[] | undefined;

export function allCommands(): readonly Command[] {
  commands ??= readLayoutData('opcodes') as Command[];
  return commands;
}

export function commandByOpcode(opcode: number): Command | undefined {
  commandByCode ??= new Map(allCommands().map((command) => [command.opcode, command]));
  return commandByCode.get(opcode);
}

/** Names a status; those not in the table are `0x…` with "unlisted status". 0xfe with syndrome 0xbadd00de is the Linux
 * driver's, written when it cuts commands short after a fatal error. */
export function statusOf(status: number): CommandStatus {
  statuses ??= new Map((readLayoutData('statuses') as CommandStatus[]).map((entry) => [entry.status, entry]));
  const known = statuses.get(status);
  if (known !== undefined) return known;
  if (status === 0xfe)
    return { status, name: 'DRIVER_ERR', text: 'device in internal error, command cut short by the driver' };
  return { status, name: `0x${status.toString(16)}`, text: 'unlisted status' };
}

export function allCapabilityTypes(): readonly CapabilityType[] {
  capabilities ??= readLayoutData('capabilities') as CapabilityType[];
  return capabilities;
}

export function capabilityByName(name: string): CapabilityType | undefined {
  return allCapabilityTypes().find((capability) => capability.name === name);
}

/** Command numbers that the library itself builds, by their documented names. */
export const OPCODE = {
  QUERY_HCA_CAP: 0x100,
  QUERY_ADAPTER: 0x101,
  QUERY_ISSI: 0x10a,
  CREATE_MKEY: 0x200,
  DESTROY_MKEY: 0x202,
  ALLOC_PD: 0x800,
  DEALLOC_PD: 0x801,
  ACCESS_REG: 0x805,
  ACCESS_REGISTER_USER: 0xb0c,
} as const;

/** op_mod of ACCESS_REG: the opposite of what `write = 1` in some sources suggests. */
export const ACCESS_REG_WRITE = 0;
export const ACCESS_REG_READ = 1;

export const STATUS = {
  OK: 0x0,
  BAD_OP: 0x2,
  BAD_PARAM: 0x3,
  BAD_SYS_STATE: 0x4,
  BAD_RES: 0x5,
  RES_BUSY: 0x6,
  NOT_READY: 0x7,
  BAD_RES_STATE: 0x9,
  BAD_INDEX: 0xa,
  /** Written by the Linux driver, with syndrome 0xbadd00de, when it cuts commands short after a fatal error. */
  DRIVER_ERR: 0xfe,
} as const;
