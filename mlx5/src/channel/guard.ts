import type { Impact } from '../collect/spec.ts';
import {
  ACCESS_REG_READ,
  formatPosition,
  inboxOpcode,
  inboxOpMod,
  inboxRegisterId,
  MAILBOX_HEADER_BYTES,
  OPCODE,
  readBits,
} from '../prm/index.ts';
import type { Scope } from './channel.ts';
import { type CommandClass, type GuardRule, guardRules, unknownRegisterRule } from './guardRules.ts';

export type GuardErrorCode =
  | 'UnknownCommand'
  | 'UnknownRegister'
  | 'ClassNotAllowed'
  | 'InputNotAllowed'
  | 'ScopeTooHigh'
  | 'BadInbox';

/** A command was refused before it went to the device. */
export class GuardError extends Error {
  readonly code: GuardErrorCode;
  constructor(code: GuardErrorCode, message: string) {
    super(message);
    this.name = 'GuardError';
    this.code = code;
  }
}

/** Stands directly before the ioctl and lets pass what the committed table allows, nothing else. */
export interface Guard {
  /** @param limit highest fwctl scope that the caller agrees to
   * @returns the lowest scope with which the kernel lets the command pass
   * @throws GuardError */
  admit(inbox: Uint8Array, limit: Scope): Scope;
  /** The same for an inbox of `length` bytes at `at` in a larger memory. */
  admitAt(memory: Uint8Array, at: number, length: number, limit: Scope): Scope;
}

/** Classes by impact. Own objects are no change to the device: they belong to this file's user id alone, nobody else can
 * name them, and the driver ends them when the file is closed (ADR 0010). */
const CLASSES: Record<Impact, readonly CommandClass[]> = {
  ReadOnly: ['read', 'ownObject'],
  DebugWrite: ['read', 'ownObject', 'debugWrite'],
  Intrusive: ['read', 'ownObject', 'debugWrite', 'write'],
};

/** Bytes 2–3 of the header are the user id, which the kernel stamps. Bytes 4–5 would tunnel the command to another
 * function. Bytes 8–15 belong to the command. */
const TUNNEL_BIT = 32;

export function createGuard(impact: Impact): Guard {
  const { commands, registers } = guardRules();
  const classes = CLASSES[impact];

  function admitAt(memory: Uint8Array, at: number, length: number, limit: Scope): Scope {
    if (length < MAILBOX_HEADER_BYTES || at + length > memory.length) {
      throw new GuardError('BadInbox', `an inbox has at least ${MAILBOX_HEADER_BYTES} bytes, not ${length}`);
    }
    const opcode = inboxOpcode(memory, at);
    const command = commands.get(opcode);
    if (command === undefined)
      throw new GuardError('UnknownCommand', `command 0x${opcode.toString(16)} is not in the table`);
    if (readBits(memory, at * 8 + TUNNEL_BIT, 16) !== 0) {
      throw new GuardError('InputNotAllowed', `${command.name}: tunnelling to another function is not allowed`);
    }
    checkClass(command);
    checkOpMod(command, inboxOpMod(memory, at));
    if (opcode === OPCODE.ACCESS_REG) admitRegister(memory, at, length);
    else checkInput(command, memory, { start: at, from: at + 8, end: at + length });
    if (command.scope > limit) {
      throw new GuardError(
        'ScopeTooHigh',
        `${command.name} needs fwctl scope ${command.scope}, the caller allows ${limit}`,
      );
    }
    return command.scope;
  }

  function admitRegister(memory: Uint8Array, at: number, length: number): void {
    const id = inboxRegisterId(memory, at);
    const known = registers.get(id);
    if (known === undefined && !classes.includes(unknownRegisterRule().class)) {
      throw new GuardError(
        'UnknownRegister',
        `register 0x${id.toString(16)} is not in the table; it may be read bare with impact Intrusive, not with ${impact}`,
      );
    }
    const rule = known ?? unknownRegisterRule();
    checkClass(rule);
    if (readBits(memory, at * 8 + 64, 16) !== 0 || readBits(memory, at * 8 + 96, 32) !== 0) {
      throw new GuardError('InputNotAllowed', `${rule.name}: the argument of a register read is 0`);
    }
    const start = at + MAILBOX_HEADER_BYTES;
    checkInput(rule, memory, { start, from: start, end: at + length });
  }

  function checkClass(rule: GuardRule): void {
    const why = rule.reason === undefined ? '' : `: ${rule.reason}`;
    if (classes.includes(rule.class)) {
      if (rule.admitted) return;
      throw new GuardError('ClassNotAllowed', `${rule.name}: no input of it is in the table${why}`);
    }
    throw new GuardError(
      'ClassNotAllowed',
      `${rule.name} is of class ${rule.class}, not allowed with impact ${impact}${why}`,
    );
  }

  return { admit: (inbox, limit) => admitAt(inbox, 0, inbox.length, limit), admitAt };
}

function checkOpMod(rule: GuardRule, opMod: number): void {
  if (rule.opMods === 'any' || rule.opMods.includes(opMod)) return;
  const what = rule.name === 'ACCESS_REG' && opMod !== ACCESS_REG_READ ? 'a register write' : `op_mod ${opMod}`;
  throw new GuardError('ClassNotAllowed', `${rule.name}: ${what} is not a read`);
}

/** Holds input against the rule's mask.
 * @param run bytes of the memory: `start` is what the mask counts from, `from` to `end` is looked at. The command's own
 * header words are no input */
function checkInput(
  rule: GuardRule,
  memory: Uint8Array,
  { start, from, end }: { readonly start: number; readonly from: number; readonly end: number },
): void {
  const { mask, operations } = rule;
  for (let at = from; at < end; at += 1) {
    const byte = memory[at] ?? 0;
    // As nearly all are.
    if (byte === 0) continue;
    const set = byte & ~(mask[at - start] ?? 0);
    if (set !== 0) throw inputError(rule, at - start, set);
  }
  for (const { field, bit, width, values } of operations) {
    const value = start * 8 + bit + width > end * 8 ? 0 : readBits(memory, start * 8 + bit, width);
    if (!values.includes(value)) {
      throw new GuardError('InputNotAllowed', `${rule.name}: ${field} may be ${values.join(' or ')}, not ${value}`);
    }
  }
}

function inputError(rule: GuardRule, byte: number, set: number): GuardError {
  const width = 32 - Math.clz32(set);
  const bit = byte * 8 + 8 - width;
  const place = formatPosition({ bit, width: 1 });
  return new GuardError('InputNotAllowed', `${rule.name}: input bit ${place} may not be set by a read`);
}
