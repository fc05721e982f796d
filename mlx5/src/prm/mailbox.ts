import { readBits, writeBits } from './bits.ts';

/** Bytes of the header that every inbox and outbox has. */
export const MAILBOX_HEADER_BYTES = 16;

/** Writes opcode and op_mod; the kernel stamps the uid. */
export function writeInboxHeader(inbox: Uint8Array, opcode: number, opMod: number): void {
  writeBits(inbox, 0, 16, opcode);
  writeBits(inbox, 48, 16, opMod);
}

/** @param at where in `inbox` the mailbox begins, as in the others */
export function inboxOpcode(inbox: Uint8Array, at = 0): number {
  return readBits(inbox, at * 8, 16);
}

export function inboxOpMod(inbox: Uint8Array, at = 0): number {
  return readBits(inbox, at * 8 + 48, 16);
}

/** Register id of an ACCESS_REG inbox. */
export function inboxRegisterId(inbox: Uint8Array, at = 0): number {
  return readBits(inbox, at * 8 + 80, 16);
}

/** Writes the register id of an ACCESS_REG inbox; register data begin at byte 16. */
export function writeRegisterId(inbox: Uint8Array, id: number): void {
  writeBits(inbox, 80, 16, id);
}

/** Status that firmware gave, 0 = OK. */
export function outboxStatus(outbox: Uint8Array): number {
  return outbox[0] ?? 0;
}

/** Firmware's vendor syndrome. */
export function outboxSyndrome(outbox: Uint8Array): number {
  return readBits(outbox, 32, 32);
}
