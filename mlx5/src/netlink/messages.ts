import { aligned, attributeText, readAttributes, viewOf } from './attributes.ts';
import { malformed } from './netlinkError.ts';

/** nlmsghdr: length, type, flags, sequence number, port.
 * @source include/uapi/linux/netlink.h */
export const MESSAGE_HEADER_BYTES = 16;
/** genlmsghdr: command, version, 16 reserved bits. */
export const GENERIC_HEADER_BYTES = 4;

export const MESSAGE_TYPE = { NOOP: 1, ERROR: 2, DONE: 3 } as const;
export const FLAG = { REQUEST: 0x1, MULTI: 0x2, ACK: 0x4, DUMP: 0x300, CAPPED: 0x100, ACK_TLVS: 0x200 } as const;

/** NLMSGERR_ATTR_MSG: a sentence of the kernel's. */
const ERROR_TEXT = 1;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** A view. */
  readonly payload: Uint8Array;
}

/** A request to a family of generic netlink. */
export interface GenericRequest {
  readonly family: number;
  readonly command: number;
  readonly version: number;
  /** FLAG.ACK for one thing, FLAG.DUMP for all. */
  readonly flags: number;
  readonly sequence: number;
  readonly attributes: Uint8Array;
}

/** The messages that lie one behind the other in `bytes`.
 * @throws NetlinkError where a length is below the header's or beyond the end */
export function* readMessages(bytes: Uint8Array): Generator<NetlinkMessage> {
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < MESSAGE_HEADER_BYTES) throw malformed(`a message's header is cut at byte ${at}`);
    const length = view.getUint32(at, true);
    if (length < MESSAGE_HEADER_BYTES || length > bytes.length - at) {
      throw malformed(`a message at byte ${at} claims ${length} of ${bytes.length - at} bytes`);
    }
    yield {
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      payload: bytes.subarray(at + MESSAGE_HEADER_BYTES, at + length),
    };
    at += aligned(length);
  }
}

export function writeRequest({ family, command, version, flags, sequence, attributes }: GenericRequest): Uint8Array {
  const bytes = new Uint8Array(MESSAGE_HEADER_BYTES + GENERIC_HEADER_BYTES + attributes.length);
  const view = viewOf(bytes);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, family, true);
  view.setUint16(6, FLAG.REQUEST | flags, true);
  view.setUint32(8, sequence, true);
  view.setUint8(16, command);
  view.setUint8(17, version);
  bytes.set(attributes, MESSAGE_HEADER_BYTES + GENERIC_HEADER_BYTES);
  return bytes;
}

/** What a message of type ERROR or DONE says: 0 is the acknowledgement.
 * @throws NetlinkError when it is too short */
export function endOf({ type, payload }: NetlinkMessage): number {
  if (payload.length < 4) {
    // Old kernels end a list without a number.
    if (type === MESSAGE_TYPE.DONE && payload.length === 0) return 0;
    throw malformed(`the end of an answer has ${payload.length} bytes`);
  }
  return Math.abs(viewOf(payload).getInt32(0, true));
}

/** The kernel's sentence in a message of type ERROR, which stands behind the request that it repeats.
 * @throws NetlinkError for attributes that are broken */
export function errorText({ flags, payload }: NetlinkMessage): string | undefined {
  if ((flags & FLAG.ACK_TLVS) === 0 || payload.length < 4 + MESSAGE_HEADER_BYTES) return undefined;
  const repeated = (flags & FLAG.CAPPED) === 0 ? aligned(viewOf(payload).getUint32(4, true)) : MESSAGE_HEADER_BYTES;
  for (const attribute of readAttributes(payload.subarray(Math.min(4 + repeated, payload.length)))) {
    if (attribute.type === ERROR_TEXT) return attributeText(attribute);
  }
  return undefined;
}
