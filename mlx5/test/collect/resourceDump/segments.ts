/** Segments as the documentation has them, built byte by byte. */

export function segment(type: number, length: number, fill: (view: DataView, bytes: Uint8Array) => void = () => {}) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, length / 4);
  view.setUint16(2, type);
  fill(view, bytes);
  return bytes;
}

export const info = (): Uint8Array =>
  segment(0xfffe, 16, (view) => {
    view.setUint32(4, 1);
    view.setUint32(8, 0x218);
    view.setUint32(12, 0x1c2a03e8);
  });

export interface Arguments {
  readonly type: number;
  readonly index1?: number;
  readonly index2?: number;
  readonly count1?: number;
  readonly count2?: number;
}

function putArguments(view: DataView, { index1 = 0, index2 = 0, count1 = 0, count2 = 0 }: Arguments): void {
  view.setUint32(8, index1);
  view.setUint32(12, index2);
  view.setUint16(16, count1);
  view.setUint16(18, count2);
}

export const command = (given: Arguments): Uint8Array =>
  segment(0xfffa, 20, (view) => {
    view.setUint16(4, given.type);
    putArguments(view, given);
  });

export const reference = (given: Arguments): Uint8Array =>
  segment(0xfffd, 20, (view) => {
    view.setUint16(6, given.type);
    putArguments(view, given);
  });

export const resource = (type: number, index1: number, index2: number, payload: Uint8Array): Uint8Array =>
  segment(type, 16 + payload.length, (view, bytes) => {
    view.setUint32(8, index1);
    view.setUint32(12, index2);
    bytes.set(payload, 16);
  });

const remark =
  (type: number) =>
  (syndrome: number, text: string): Uint8Array =>
    segment(type, 48, (view, bytes) => {
      view.setUint16(6, syndrome);
      bytes.set(Buffer.from(text), 16);
    });
export const errorSegment = remark(0xfffc);
export const notice = remark(0xfff9);
export const terminate = (): Uint8Array => segment(0xfffb, 4);

/** Flags of a menu record by their bit in its first word. @source reference 7.3 */
export const FLAG = {
  index1: 1 << 16,
  mustIndex1: 1 << 17,
  index2: 1 << 18,
  mustIndex2: 1 << 19,
  count1: 1 << 20,
  mustCount1: 1 << 21,
  all1: 1 << 22,
  active1: 1 << 23,
  count2: 1 << 24,
  mustCount2: 1 << 25,
  all2: 1 << 26,
  active2: 1 << 27,
} as const;

export type MenuRow = readonly [type: number, name: string, index1: string, index2: string, flags: number];

export function menuSegment(rows: readonly MenuRow[]): Uint8Array {
  return segment(0xffff, 8 + 52 * rows.length, (view, bytes) => {
    view.setUint16(6, rows.length);
    for (const [at, [type, name, index1, index2, flags]] of rows.entries()) {
      const start = 8 + 52 * at;
      view.setUint32(start, (flags | type) >>> 0);
      bytes.set(Buffer.from(name), start + 4);
      bytes.set(Buffer.from(index1), start + 20);
      bytes.set(Buffer.from(index2), start + 36);
    }
  });
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A whole answer: INFO, COMMAND, what it has, TERMINATE. */
export function answer(given: Arguments, ...body: readonly Uint8Array[]): Uint8Array {
  return joined(info(), command(given), ...body, terminate());
}
