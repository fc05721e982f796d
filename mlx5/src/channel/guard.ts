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
import { type CommandClass, type GuardRule, guardRules } from './guardRules.ts';

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

  function admit(inbox: Uint8Array, limit: Scope): Scope {
    if (inbox.length < MAILBOX_HEADER_BYTES) {
      throw new GuardError('BadInbox', `an inbox has at least ${MAILBOX_HEADER_BYTES} bytes, not ${inbox.length}`);
    }
    const opcode = inboxOpcode(inbox);
    const command = commands.get(opcode);
    if (command === undefined)
      throw new GuardError('UnknownCommand', `command 0x${opcode.toString(16)} is not in the table`);
    if (readBits(inbox, TUNNEL_BIT, 16) !== 0) {
      throw new GuardError('InputNotAllowed', `${command.name}: tunnelling to another function is not allowed`);
    }
    checkClass(command);
    checkOpMod(command, inboxOpMod(inbox));
    if (opcode === OPCODE.ACCESS_REG) admitRegister(inbox);
    else checkInput(command, inbox, 0);
    if (command.scope > limit) {
      throw new GuardError(
        'ScopeTooHigh',
        `${command.name} needs fwctl scope ${command.scope}, the caller allows ${limit}`,
      );
    }
    return command.scope;
  }

  function admitRegister(inbox: Uint8Array): void {
    const id = inboxRegisterId(inbox);
    const rule = registers.get(id);
    if (rule === undefined) {
      throw new GuardError('UnknownRegister', `register 0x${id.toString(16)} is not in the table`);
    }
    checkClass(rule);
    if (readBits(inbox, 64, 16) !== 0 || readBits(inbox, 96, 32) !== 0) {
      throw new GuardError('InputNotAllowed', `${rule.name}: the argument of a register read is 0`);
    }
    checkInput(rule, inbox, MAILBOX_HEADER_BYTES);
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

  return { admit };
}

function checkOpMod(rule: GuardRule, opMod: number): void {
  if (rule.opMods === 'any' || rule.opMods.includes(opMod)) return;
  const what = rule.name === 'ACCESS_REG' && opMod !== ACCESS_REG_READ ? 'a register write' : `op_mod ${opMod}`;
  throw new GuardError('ClassNotAllowed', `${rule.name}: ${what} is not a read`);
}

/** Holds the inbox from `start` against the rule's mask. The command's own header words are no input. */
function checkInput(rule: GuardRule, inbox: Uint8Array, start: number): void {
  const { mask } = rule;
  for (let at = start === 0 ? 8 : start; at < inbox.length; at += 1) {
    const byte = inbox[at] ?? 0;
    // As nearly all are.
    if (byte === 0) continue;
    const set = byte & ~(mask[at - start] ?? 0);
    if (set !== 0) throw inputError(rule, at - start, set);
  }
  for (const { field, bit, width, values } of rule.operations) {
    const end = (start * 8 + bit + width) / 8;
    const value = end > inbox.length ? 0 : readBits(inbox, start * 8 + bit, width);
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
