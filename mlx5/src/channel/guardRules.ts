import {
  allCommands,
  fieldPosition,
  layoutOf,
  OPCODE,
  readLayoutData,
  registerByName,
  writeWideBits,
} from '../prm/index.ts';

/** What a command or register does:
 * - `read`: nothing, within the input bits that its rule allows
 * - `ownObject`: makes or destroys what belongs to this user id alone
 * - `debugWrite`: changes debug state that can be put back
 * - `write`: changes the device
 * - `never`: is not for this program, whatever the impact asked for */
export type CommandClass = 'read' | 'ownObject' | 'debugWrite' | 'write' | 'never';

interface StoredRule {
  readonly class: CommandClass;
  readonly reason?: string;
  /** Fields that may be set; all other input bits must be 0. */
  readonly input?: readonly string[];
  /** Fields that may be set to the named values only. */
  readonly operations?: Readonly<Record<string, readonly number[]>>;
  /** Operation fields that may not be set, and why. */
  readonly withheld?: Readonly<Record<string, string>>;
}
interface StoredRegisterRule extends StoredRule {
  readonly register: string;
}
interface StoredCommandRule extends StoredRule {
  readonly opcode: string;
  readonly name: string;
  readonly layout?: string;
  readonly opMod?: 'any' | readonly number[];
}

/** A rule ready to be held against an inbox. */
export interface GuardRule {
  readonly name: string;
  readonly class: CommandClass;
  readonly reason?: string;
  /** Per byte the input bits that may be set: of the register's data, or of the whole inbox. */
  readonly mask: Uint8Array;
  /** Values allowed in fields that name an operation. */
  readonly operations: readonly Operation[];
  readonly opMods: 'any' | readonly number[];
  /** Lowest fwctl scope that lets a command of this class pass. */
  readonly scope: 0 | 1 | 2 | 3;
}

interface Operation {
  readonly field: string;
  readonly bit: number;
  readonly width: number;
  readonly values: readonly number[];
}

export interface GuardRules {
  readonly commands: ReadonlyMap<number, GuardRule>;
  readonly registers: ReadonlyMap<number, GuardRule>;
}

let rules: GuardRules | undefined;

/** The committed table of commands and registers. What is not in it is refused. */
export function guardRules(): GuardRules {
  rules ??= {
    commands: new Map((readLayoutData('guard/commands') as StoredCommandRule[]).map(commandRule)),
    registers: new Map((readLayoutData('guard/registers') as StoredRegisterRule[]).map(registerRule)),
  };
  return rules;
}

function commandRule(stored: StoredCommandRule): [number, GuardRule] {
  const opcode = Number(stored.opcode);
  const scopes = new Map(allCommands().map((command) => [command.opcode, command.fwctlScope]));
  const listed = scopes.get(opcode);
  const scope =
    stored.class === 'read' && typeof listed === 'number' ? (listed as 0 | 1 | 2 | 3) : scopeOf(stored.class);
  const layout = stored.layout ?? '';
  const rule = compile(stored.name, stored, layout, stored.layout ? layoutOf(layout).bytes : 0);
  return [opcode, { ...rule, opMods: stored.opMod ?? [], scope: opcode === OPCODE.ACCESS_REG ? 1 : scope }];
}

function registerRule(stored: StoredRegisterRule): [number, GuardRule] {
  const register = registerByName(stored.register);
  if (register === undefined)
    throw new Error(`the guard's table names register ${stored.register}, which does not exist`);
  const rule = compile(stored.register, stored, register.layout, register.bytes);
  return [register.id, { ...rule, opMods: [], scope: scopeOf(stored.class) }];
}

function compile(name: string, stored: StoredRule, layout: string, bytes: number): Omit<GuardRule, 'opMods' | 'scope'> {
  const mask = new Uint8Array(bytes);
  const operations = Object.entries(stored.operations ?? {}).map(([field, values]) => ({
    field,
    ...fieldPosition(layout, field),
    values,
  }));
  for (const field of [...(stored.input ?? []), ...operations.map((operation) => operation.field)]) {
    const { bit, width } = fieldPosition(layout, field);
    writeWideBits(mask, bit, width, -1n);
  }
  return { name, class: stored.class, ...(stored.reason ? { reason: stored.reason } : {}), mask, operations };
}

function scopeOf(commandClass: CommandClass): 1 | 2 | 3 {
  return commandClass === 'read' ? 1 : commandClass === 'write' || commandClass === 'never' ? 3 : 2;
}
