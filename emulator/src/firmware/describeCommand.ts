import { commandTable } from './commands/commandTable.ts';
import type { CommandName } from './firmwareFunction.ts';
import { registerTable } from './registers/registerTable.ts';

const HEADER = 16;
const ACCESS_REG = 0x805;
const ACCESS_REGISTER_USER = 0xb0c;

/** Names a command by its inbox, for logs. */
export function describeCommand(inbox: Uint8Array): CommandName {
  const opcode = be16(inbox, 0);
  const name = { opcode, command: commandTable.get(opcode)?.name ?? hex(opcode), opMod: be16(inbox, 6) };
  if (opcode !== ACCESS_REG && opcode !== ACCESS_REGISTER_USER) return name;
  const id = be16(inbox, 0xa);
  const register = registerTable.get(id);
  if (register === undefined) return { ...name, register: hex(id) };
  return { ...name, register: register.name, index: register.index(inbox.subarray(HEADER)) };
}

function be16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
