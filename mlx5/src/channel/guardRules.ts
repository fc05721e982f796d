import {
  commandByOpcode,
  fieldPosition,
  layoutOf,
  OPCODE,
  type RegisterLayout,
  readLayoutData,
  registerByName,
  writeWideBits,
} from '../prm/index.ts';

/** What a command or register does:
 * - `read`: nothing, within the input bits that its rule allows
 * - `ownObject`: makes or destroys what belongs to this user id alone
 * - `debugWrite`: changes debug state that can be put back
 * - `write`: changes the device, or can disturb it
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
  /** False where the table names no input: nothing needs the command yet, so that not even its bare form passes. */
  readonly admitted: boolean;
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

/** Rules by opcode or register id. */
export interface RuleTable {
  get(code: number): GuardRule | undefined;
}

export interface GuardRules {
  readonly commands: RuleTable;
  readonly registers: RuleTable;
}

/** A register that is not in the table. A bare read of it may act all the same, so it counts as what can disturb the
 * device; and nothing is put into it but the port, where registers of ports mostly have theirs (as the mlx5ctl tool does
 * with every register). */
export const UNKNOWN_REGISTER = 'unknown_register';

let rules: GuardRules | undefined;
let unknownRule: GuardRule | undefined;

/** The rule for registers that the table has not. */
export function unknownRegisterRule(): GuardRule {
  const stored = { class: 'write', input: ['local_port'], reason: 'nobody here knows what its read does' } as const;
  unknownRule ??= {
    ...compile('an unknown register', stored, UNKNOWN_REGISTER, layoutOf(UNKNOWN_REGISTER).bytes),
    ...{ opMods: [], scope: SCOPES.write },
  };
  return unknownRule;
}

/** The committed table of commands and registers. What is not in it is refused. */
export function guardRules(): GuardRules {
  rules ??= {
    commands: ruleTable(readLayoutData('guard/commands') as StoredCommandRule[], codeOfCommand, commandRule),
    registers: ruleTable(readLayoutData('guard/registers') as StoredRegisterRule[], codeOfRegister, registerRule),
  };
  return rules;
}

/** A lane needs few of the rules, and its first command soon: each is compiled at its first use. */
function ruleTable<T>(
  stored: readonly T[],
  codeOf: (rule: T) => number,
  compileRule: (rule: T) => GuardRule,
): RuleTable {
  const storedByCode = new Map(stored.map((rule) => [codeOf(rule), rule]));
  const compiled = new Map<number, GuardRule>();
  return {
    get(code) {
      const known = compiled.get(code);
      const rule = storedByCode.get(code);
      if (known !== undefined || rule === undefined) return known;
      const made = compileRule(rule);
      compiled.set(code, made);
      return made;
    },
  };
}

function codeOfCommand({ opcode }: StoredCommandRule): number {
  return Number(opcode);
}

function codeOfRegister({ register }: StoredRegisterRule): number {
  return registerOf(register).id;
}

function registerOf(name: string): RegisterLayout {
  const register = registerByName(name);
  if (register === undefined) throw new Error(`the guard's table names register ${name}, which does not exist`);
  return register;
}

function commandRule(stored: StoredCommandRule): GuardRule {
  const opcode = codeOfCommand(stored);
  const listed: unknown = commandByOpcode(opcode)?.fwctlScope;
  const scope =
    stored.class === 'read' && typeof listed === 'number' ? (listed as 0 | 1 | 2 | 3) : SCOPES[stored.class];
  const layout = stored.layout ?? '';
  const rule = compile(stored.name, stored, layout, stored.layout ? layoutOf(layout).bytes : 0);
  return { ...rule, opMods: stored.opMod ?? [], scope: opcode === OPCODE.ACCESS_REG ? 1 : scope };
}

function registerRule(stored: StoredRegisterRule): GuardRule {
  const { layout, bytes } = registerOf(stored.register);
  const rule = compile(stored.register, stored, layout, bytes);
  return { ...rule, opMods: [], scope: SCOPES[stored.class] };
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
  const reason = stored.reason === undefined ? {} : { reason: stored.reason };
  return { name, class: stored.class, ...reason, admitted: stored.input !== undefined, mask, operations };
}

/** Commands for own objects pass the kernel in no scope at all; none is asked for them. */
const SCOPES: Readonly<Record<CommandClass, 1 | 2 | 3>> = { read: 1, ownObject: 1, debugWrite: 2, write: 3, never: 3 };
