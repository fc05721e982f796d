import { malformed } from './netlinkError.ts';

/** A netlink attribute: length (header included) and type as 16-bit numbers, payload, padding to 4 bytes. Numbers of
 * netlink are in host order: little-endian on every machine that has these cards.
 * @source include/uapi/linux/netlink.h, struct nlattr */
export interface Attribute {
  /** Without the flags for nested and network order. */
  readonly type: number;
  /** A view. */
  readonly payload: Uint8Array;
}

export const ATTRIBUTE_HEADER_BYTES = 4;
const TYPE_MASK = 0x3fff;

/** The attributes that lie one behind the other in `bytes`.
 * @throws NetlinkError where a length is below the header's or beyond the end */
export function* readAttributes(bytes: Uint8Array): Generator<Attribute> {
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; ) {
    // Padding behind the last one may be missing, but not a header.
    if (bytes.length - at < ATTRIBUTE_HEADER_BYTES) throw malformed(`an attribute's header is cut at byte ${at}`);
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER_BYTES || at + length > bytes.length) {
      throw malformed(`an attribute at byte ${at} claims ${length} of ${bytes.length - at} bytes`);
    }
    yield {
      type: view.getUint16(at + 2, true) & TYPE_MASK,
      payload: bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length),
    };
    at += aligned(length);
  }
}

/** What an attribute is made of: a text gets its closing NUL. */
export interface AttributeValue {
  readonly type: number;
  readonly value: string | number;
}

/** Writes attributes: texts, and numbers as 32 bits. */
export function writeAttributes(values: readonly AttributeValue[]): Uint8Array {
  const payloads = values.map(({ value }) => (typeof value === 'string' ? Buffer.from(`${value}\0`) : number32(value)));
  const bytes = new Uint8Array(
    payloads.reduce((sum, payload) => sum + aligned(ATTRIBUTE_HEADER_BYTES + payload.length), 0),
  );
  const view = viewOf(bytes);
  let at = 0;
  for (const [which, payload] of payloads.entries()) {
    view.setUint16(at, ATTRIBUTE_HEADER_BYTES + payload.length, true);
    view.setUint16(at + 2, values[which]?.type ?? 0, true);
    bytes.set(payload, at + ATTRIBUTE_HEADER_BYTES);
    at += aligned(ATTRIBUTE_HEADER_BYTES + payload.length);
  }
  return bytes;
}

/** A text up to its NUL. */
export function attributeText({ payload }: Attribute): string {
  const end = payload.indexOf(0);
  return Buffer.from(end < 0 ? payload : payload.subarray(0, end)).toString('utf8');
}

/** A number of 1, 2, 4 or 8 bytes; those above 2^53 − 1 as decimal text.
 * @throws NetlinkError for another length */
export function attributeNumber({ type, payload }: Attribute): number | string {
  const view = viewOf(payload);
  switch (payload.length) {
    case 1:
      return view.getUint8(0);
    case 2:
      return view.getUint16(0, true);
    case 4:
      return view.getUint32(0, true);
    case 8: {
      const value = view.getBigUint64(0, true);
      return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
    }
    default:
      throw malformed(`attribute ${type} is no number: it has ${payload.length} bytes`);
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Messages and attributes begin at multiples of 4. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}

function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}
