/** Messages and attributes of netlink as the kernel writes them: host order, little-endian, padded to 4 bytes.
 * @source include/uapi/linux/netlink.h, genetlink.h */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly port: number;
  readonly command: number;
  /** First of each type. */
  readonly attributes: ReadonlyMap<number, Buffer>;
}

const HEADER = 16;
const GENERIC_HEADER = 4;
const ERROR = 2;
const DONE = 3;
const MULTI = 2;
const CAPPED = 0x100;

/** @returns undefined for bytes that are no request */
export function parseRequest(bytes: Buffer): Request | undefined {
  if (bytes.length < HEADER + GENERIC_HEADER || bytes.readUInt32LE(0) !== bytes.length) return undefined;
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER + GENERIC_HEADER; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) return undefined;
    const type = bytes.readUInt16LE(at + 2) & 0x3fff;
    if (!attributes.has(type)) attributes.set(type, bytes.subarray(at + 4, at + length));
    at += pad(length);
  }
  return {
    type: bytes.readUInt16LE(4),
    flags: bytes.readUInt16LE(6),
    sequence: bytes.readUInt32LE(8),
    port: bytes.readUInt32LE(12),
    command: bytes.readUInt8(HEADER),
    attributes,
  };
}

/** A text attribute without its NUL. */
export function textOf({ attributes }: Request, type: number): string | undefined {
  return attributes.get(type)?.toString('utf8').replace(/\0.*$/s, '');
}

export function attribute(type: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(pad(4 + payload.length));
  bytes.writeUInt16LE(4 + payload.length, 0);
  bytes.writeUInt16LE(type, 2);
  payload.copy(bytes, 4);
  return bytes;
}

export function nest(type: number, ...parts: readonly Buffer[]): Buffer {
  return attribute(type | 0x8000, Buffer.concat(parts));
}

export function text(type: number, value: string): Buffer {
  return attribute(type, Buffer.from(`${value}\0`));
}

/** @param bytes 1, 2, 4 or 8 */
export function number(type: number, value: number, bytes: 1 | 2 | 4 | 8): Buffer {
  const payload = Buffer.alloc(bytes);
  if (bytes === 8) payload.writeBigUInt64LE(BigInt(value));
  else payload.writeUIntLE(value, 0, bytes);
  return attribute(type, payload);
}

/** One message of an answer with attributes.
 * @param multi others follow, DONE at the end */
export function answer(request: Request, attributes: readonly Buffer[], multi: boolean): Buffer {
  const head = Buffer.from([request.command, 1, 0, 0]);
  return message(request, request.type, multi ? MULTI : 0, Buffer.concat([head, ...attributes]));
}

export function done(request: Request): Buffer {
  return message(request, DONE, MULTI, Buffer.alloc(4));
}

/** The acknowledgement, or the error.
 * @param errno 0 for none */
export function acknowledge(request: Request, errno: number): Buffer {
  const payload = Buffer.alloc(4 + HEADER);
  payload.writeInt32LE(-errno, 0);
  payload.writeUInt32LE(HEADER, 4);
  payload.writeUInt16LE(request.type, 8);
  payload.writeUInt16LE(request.flags, 10);
  payload.writeUInt32LE(request.sequence, 12);
  payload.writeUInt32LE(request.port, 16);
  return message(request, ERROR, CAPPED, payload);
}

function message({ sequence, port }: Request, type: number, flags: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(pad(HEADER + payload.length));
  bytes.writeUInt32LE(HEADER + payload.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(sequence, 8);
  bytes.writeUInt32LE(port, 12);
  payload.copy(bytes, HEADER);
  return bytes;
}

function pad(length: number): number {
  return (length + 3) & ~3;
}
