import type { MenuFlags, MenuRecord, Support } from './menu.ts';

/** Types of the segments that are not objects.
 * @source reference 7.3 */
export const segmentType = {
  NOTICE: 0xfff9,
  COMMAND: 0xfffa,
  TERMINATE: 0xfffb,
  ERROR: 0xfffc,
  REFERENCE: 0xfffd,
  INFO: 0xfffe,
  MENU: 0xffff,
} as const;

/** What a dump was asked for. */
export interface DumpRequest {
  readonly type: number;
  readonly index1: number;
  readonly index2: number;
  readonly count1: number;
  readonly count2: number;
}

/** Header of a segment with an object, before its payload. */
export const RESOURCE_HEADER = 16;
/** length_dw has 16 bits. */
export const LARGEST_PAYLOAD = 0xffff * 4 - RESOURCE_HEADER;
const TEXT_BYTES = 32;
const RECORD_BYTES = 52;
const NAME_BYTES = 16;
const textEncoder = new TextEncoder();

/** Makes segments one after another in the same memory: each is good until the next is made. */
export interface SegmentWriter {
  info(hardware: number, firmware: number): Uint8Array;
  command(vhcaId: number, request: DumpRequest): Uint8Array;
  menu(records: readonly MenuRecord[]): Uint8Array;
  /** @param fill writes the payload into bytes that are all zero
   * @param length a multiple of 4 */
  resource(
    type: number,
    index1: number,
    index2: number,
    length: number,
    fill: (payload: Uint8Array) => void,
  ): Uint8Array;
  reference(request: DumpRequest): Uint8Array;
  /** @param text up to 32 characters */
  error(syndrome: number, text: string): Uint8Array;
  notice(syndrome: number, text: string): Uint8Array;
  terminate(): Uint8Array;
}

export function createSegmentWriter(): SegmentWriter {
  let memory = new Uint8Array(512);

  function begin(type: number, length: number): { bytes: Uint8Array; fields: DataView } {
    if (memory.length < length) memory = new Uint8Array(2 ** Math.ceil(Math.log2(length)));
    const bytes = memory.subarray(0, length);
    bytes.fill(0);
    const fields = new DataView(bytes.buffer, bytes.byteOffset, length);
    fields.setUint16(0, length / 4);
    fields.setUint16(2, type);
    return { bytes, fields };
  }

  function message(type: number, syndrome: number, text: string): Uint8Array {
    const { bytes, fields } = begin(type, 16 + TEXT_BYTES);
    fields.setUint16(6, syndrome);
    putText(bytes, 16, TEXT_BYTES, text);
    return bytes;
  }

  /** COMMAND and REFERENCE have the same words from 0x8 on. */
  function putRequest(fields: DataView, { index1, index2, count1, count2 }: DumpRequest): void {
    fields.setUint32(0x8, index1);
    fields.setUint32(0xc, index2);
    fields.setUint16(0x10, count1);
    fields.setUint16(0x12, count2);
  }

  return {
    info(hardware, firmware) {
      const { bytes, fields } = begin(segmentType.INFO, 16);
      const DUMP_VERSION = 1;
      fields.setUint32(4, DUMP_VERSION);
      fields.setUint32(8, hardware);
      fields.setUint32(12, firmware);
      return bytes;
    },
    command(vhcaId, request) {
      const { bytes, fields } = begin(segmentType.COMMAND, 20);
      fields.setUint16(4, request.type);
      fields.setUint16(6, vhcaId);
      putRequest(fields, request);
      return bytes;
    },
    menu(records) {
      const { bytes, fields } = begin(segmentType.MENU, 8 + RECORD_BYTES * records.length);
      fields.setUint16(6, records.length);
      for (const [at, { type, name, index1, index2, flags }] of records.entries()) {
        const base = 8 + RECORD_BYTES * at;
        fields.setUint32(base, flagBits(flags) + type);
        [name, index1, index2].forEach((text, field) => {
          putText(bytes, base + 4 + NAME_BYTES * field, NAME_BYTES, text);
        });
      }
      return bytes;
    },
    resource(type, index1, index2, length, fill) {
      const { bytes, fields } = begin(type, RESOURCE_HEADER + length);
      fields.setUint32(8, index1);
      fields.setUint32(12, index2);
      fill(bytes.subarray(RESOURCE_HEADER));
      return bytes;
    },
    reference(request) {
      const { bytes, fields } = begin(segmentType.REFERENCE, 20);
      fields.setUint16(6, request.type);
      putRequest(fields, request);
      return bytes;
    },
    error: (syndrome, text) => message(segmentType.ERROR, syndrome, text),
    notice: (syndrome, text) => message(segmentType.NOTICE, syndrome, text),
    terminate: () => begin(segmentType.TERMINATE, 4).bytes,
  };
}

function putText(bytes: Uint8Array, at: number, length: number, text: string): void {
  bytes.set(textEncoder.encode(text).subarray(0, length), at);
}

/** Bits 16 to 27 of a menu record's first word. */
function flagBits({ index1, index2, count1, count2, all1, active1, all2, active2 }: MenuFlags): number {
  const pair = (support: Support): readonly boolean[] => [support !== 'no', support === 'must'];
  const bits = [...pair(index1), ...pair(index2), ...pair(count1), all1, active1, ...pair(count2), all2, active2];
  return bits.reduce((word, bit, at) => (bit ? word + 2 ** (16 + at) : word), 0);
}
