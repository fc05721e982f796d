import { dumpedBytes, parseSegments, RESOURCE_DUMP_REPLY_BYTES, type Segment } from '../../prm/index.ts';
import type { Frame } from '../item.ts';
import { carriesData } from './segmentPayload.ts';

/** A window is closed at the next end of a segment after so many bytes: in the same places whatever way a dump comes. */
export const WINDOW_BYTES = 128 * 1024;
/** Or after so many frames, where replies bring next to nothing. */
const WINDOW_FRAMES = 4096;
/** The longest segment has 256 KiB: who sends less than 32 bytes of it at a time gets nowhere. */
export const MOST_FRAMES = 16_384;

/** Frames, and the bytes of the dump that are meant by them. */
export interface FrameRange {
  readonly frames: readonly Frame[];
  /** Bytes in front that belong to what was before. */
  readonly skip: number;
  readonly bytes: number;
}

/** A part of a dump while it comes: frames, and the segments in them. */
export interface DumpWindow {
  add(frames: readonly Frame[]): void;
  /** The segments that have become whole since the last call, up to where the window is full. Views. */
  take(): readonly Segment[];
  /** A segment claims a length of 0. */
  readonly corrupt: boolean;
  /** Bytes behind the last segment that was taken. */
  readonly rest: number;
  readonly frameCount: number;
  readonly full: boolean;
  /** Everything, with the segments that were taken. */
  range(): FrameRange;
  /** One of its segments, in memory of its own. */
  rangeOf(segment: Segment): FrameRange;
  /** The window behind this one. It begins with the frames that brought more than this one takes, in memory of their
   * own. */
  next(): DumpWindow;
}

interface Part {
  readonly frame: Frame;
  /** Where in the window its bytes begin and end. */
  readonly start: number;
  readonly end: number;
}

/** @param skip bytes of the first frames that are no part of the window */
export function createDumpWindow(carried: readonly Frame[] = [], skip = 0): DumpWindow {
  const parts: Part[] = [];
  let buffer = new Uint8Array(4096);
  let length = 0;
  let end = skip;
  let corrupt = false;

  function add(frames: readonly Frame[]): void {
    for (const frame of frames) {
      const bytes = carriesData(frame) ? dumpedBytes(frame.inbox, frame.outbox) : buffer.subarray(0, 0);
      if (length + bytes.length > buffer.length) {
        const larger = new Uint8Array(Math.max(buffer.length * 2, length + bytes.length));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(bytes, length);
      parts.push({ frame, start: length, end: length + bytes.length });
      length += bytes.length;
    }
  }

  function isFull(): boolean {
    return end > skip && (end - skip >= WINDOW_BYTES || parts.length >= WINDOW_FRAMES);
  }

  function take(): readonly Segment[] {
    if (isFull() || end > length) return [];
    const parsed = parseSegments(buffer.subarray(0, length), end);
    const taken: Segment[] = [];
    for (const segment of parsed.segments) {
      taken.push(segment);
      end = segment.start + segment.bytes.length;
      if (isFull()) return taken;
    }
    corrupt = parsed.corrupt;
    return taken;
  }

  function range(): FrameRange {
    const frames = parts.map(({ frame, start }) => (isInline(frame) ? frame : shortened(frame, end - start)));
    return { frames, skip, bytes: end - skip };
  }

  function from(start: number, stop: number): FrameRange {
    const chosen = parts.filter((part) => part.end > start && part.start < stop);
    const first = chosen[0];
    const inFirst = first === undefined ? 0 : start - first.start;
    const frames = chosen.map(({ frame, start: at }) =>
      isInline(frame) ? copyOf(frame) : cutOut(frame, Math.max(0, start - at), stop - at),
    );
    return { frames, skip: first !== undefined && isInline(first.frame) ? inFirst : 0, bytes: stop - start };
  }

  add(carried);
  return {
    add,
    take,
    get corrupt() {
      return corrupt;
    },
    get rest() {
      return length - end;
    },
    get frameCount() {
      return parts.length;
    },
    get full() {
      return isFull();
    },
    range,
    rangeOf: ({ start, bytes }) => from(start, start + bytes.length),
    next() {
      const { frames, skip: behind } = from(end, length);
      return createDumpWindow(frames, behind);
    },
  };
}

/** Whether the frame is exactly what was exchanged, without bytes that were copied out of memory. */
function isInline({ outbox }: Frame): boolean {
  return outbox.length <= RESOURCE_DUMP_REPLY_BYTES;
}

/** A frame's bytes may move to another thread with the item that it came in. */
function copyOf(frame: Frame): Frame {
  return { ...frame, inbox: frame.inbox.slice(), outbox: frame.outbox.slice() };
}

/** Of what was copied out of memory the first bytes only. */
function shortened(frame: Frame, bytes: number): Frame {
  return { ...frame, outbox: frame.outbox.subarray(0, RESOURCE_DUMP_REPLY_BYTES + Math.max(0, bytes)) };
}

function cutOut(frame: Frame, from: number, to: number): Frame {
  const memory = frame.outbox.subarray(RESOURCE_DUMP_REPLY_BYTES + from, RESOURCE_DUMP_REPLY_BYTES + to);
  const outbox = new Uint8Array(RESOURCE_DUMP_REPLY_BYTES + memory.length);
  outbox.set(frame.outbox.subarray(0, RESOURCE_DUMP_REPLY_BYTES));
  outbox.set(memory, RESOURCE_DUMP_REPLY_BYTES);
  return { ...frame, inbox: frame.inbox.slice(), outbox };
}
