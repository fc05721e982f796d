import { accessRegister, type DeviceUnderTest } from './device.ts';

/** What a client asks of RESOURCE_DUMP; missing ones are 0. */
export interface DumpArguments {
  readonly type: number;
  readonly index1?: number;
  readonly index2?: number;
  readonly count1?: number;
  readonly count2?: number;
}

export interface Segment {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export const RESOURCE_DUMP = 0xc000;
const [MORE, INLINE] = [0x80, 0x40];

/** The inbox of a first request, positions by hand (reference 7.1). */
export function dumpRequest(request: DumpArguments): Uint8Array {
  const inbox = accessRegister(RESOURCE_DUMP, 256, 'read');
  const fields = view(inbox.subarray(16));
  fields.setUint8(0, INLINE);
  fields.setUint16(2, request.type);
  fields.setUint32(8, request.index1 ?? 0);
  fields.setUint32(0xc, request.index2 ?? 0);
  fields.setUint16(0x10, request.count1 ?? 0);
  fields.setUint16(0x12, request.count2 ?? 0);
  return inbox;
}

/** The next request: sequence, indices, counts, opaque and more_dump of the reply before. */
export function nextRequest(inbox: Uint8Array, outbox: Uint8Array): Uint8Array {
  const next = inbox.slice();
  next[16] = INLINE | (outbox[16]! & MORE);
  next[17] = outbox[17]! & 0xf;
  next.set(outbox.subarray(16 + 8, 16 + 0x20), 16 + 8);
  return next;
}

/** Runs a dump to its end as a client would.
 * @throws when a command is refused, or a sequence number is not the next one */
export function dump(device: DeviceUnderTest, request: DumpArguments): Uint8Array {
  const parts: Uint8Array[] = [];
  let inbox = dumpRequest(request);
  for (;;) {
    const { trace, outbox } = device.command(inbox, 16 + 256);
    if (trace.status !== 0) throw new Error(`refused with status ${trace.status} after ${parts.length} parts`);
    if ((outbox[17]! & 0xf) !== ((inbox[17]! & 0xf) + 1) % 16) throw new Error('out of sequence');
    const size = view(outbox).getUint32(16 + 0x24);
    if (size > 208) throw new Error(`${size} bytes do not fit`);
    parts.push(outbox.slice(16 + 0x30, 16 + 0x30 + size));
    if ((outbox[16]! & MORE) === 0) return Buffer.concat(parts);
    if (size !== 208) throw new Error(`a part in the middle has ${size} bytes`);
    inbox = nextRequest(inbox, outbox);
  }
}

/** Splits a dump by the lengths in its segments.
 * @throws when they do not add up */
export function segments(bytes: Uint8Array): Segment[] {
  const found: Segment[] = [];
  for (let at = 0; at < bytes.length; ) {
    const fields = view(bytes.subarray(at));
    const length = fields.getUint16(0) * 4;
    if (length === 0 || at + length > bytes.length) throw new Error(`a segment of ${length} bytes at ${at}`);
    found.push({ type: fields.getUint16(2), bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}

/** Text of an error or notice segment. */
export function message({ bytes }: Segment): string {
  return Buffer.from(bytes.subarray(0x10, 0x30)).toString('latin1').replace(/\0+$/, '');
}

export function words(bytes: Uint8Array): number[] {
  const fields = view(bytes);
  return Array.from({ length: bytes.length / 4 }, (_, word) => fields.getUint32(word * 4));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
