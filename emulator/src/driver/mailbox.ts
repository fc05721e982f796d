/** Command mailboxes as the driver fills them (big endian), for the commands it issues on its own account. */
export const HEADER = 16;
const PAGE_SHIFT = 12;

export const opcode = { CREATE_UCTX: 0xa04, DESTROY_UCTX: 0xa06, CREATE_UMEM: 0xa08, DESTROY_UMEM: 0xa0a } as const;

export function createUctx(capabilities: number): Uint8Array {
  const inbox = command(opcode.CREATE_UCTX, 64);
  view(inbox).setUint32(0x10, capabilities);
  return inbox;
}

export function destroyUctx(uid: number): Uint8Array {
  const inbox = command(opcode.DESTROY_UCTX, 16);
  view(inbox).setUint16(0xa, uid);
  return inbox;
}

/** One MTT entry per page, as the driver writes them after pinning.
 * @param bus address of the first page; the others follow
 * @param offset of the memory in the first page */
export function createUmem(bus: number, pages: number, offset: number): Uint8Array {
  const inbox = command(opcode.CREATE_UMEM, 0x30 + 8 * pages);
  const fields = view(inbox);
  fields.setUint32(0x20, PAGE_SHIFT - 12);
  fields.setUint32(0x24, offset);
  fields.setUint32(0x2c, pages);
  for (let at = 0; at < pages; at++) {
    const readWrite = 3n;
    fields.setBigUint64(0x30 + 8 * at, BigInt(bus + at * 2 ** PAGE_SHIFT) | readWrite);
  }
  return inbox;
}

export function destroyUmem(umem: number): Uint8Array {
  const inbox = command(opcode.DESTROY_UMEM, 16);
  view(inbox).setUint32(8, umem);
  return inbox;
}

/** The driver overwrites `uid` (0x0.0:16) whatever the caller put there. */
export function stampUid(inbox: Uint8Array, uid: number): void {
  inbox[2] = uid >>> 8;
  inbox[3] = uid;
}

/** Makes an outbox that holds nothing but a refusal. */
export function writeStatus(outbox: Uint8Array, status: number, syndrome: number): void {
  outbox.fill(0);
  outbox[0] = status;
  view(outbox).setUint32(4, syndrome);
}

export function be16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

export function be32(bytes: Uint8Array, offset: number): number {
  return be16(bytes, offset) * 0x10000 + be16(bytes, offset + 2);
}

function command(code: number, length: number): Uint8Array {
  const inbox = new Uint8Array(length);
  view(inbox).setUint16(0, code);
  return inbox;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
