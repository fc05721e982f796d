import { dumpedBytes, parseSegments, RESOURCE_DUMP_REPLY_BYTES, type Segment } from '../../prm/index.ts';
import type { Frame } from '../item.ts';
import { carriesData } from './segmentPayload.ts';

/** A window is closed at the next end of a segment after so many bytes: in the same places whatever way a dump comes, and
 * so early that a window of replies of 208 bytes, 544 bytes of raw file each, goes to the main thread in one block. */
export const WINDOW_BYTES = 16 * 1024;
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

/** A dump while it comes, window by window: frames, and the segments in them. */
export interface DumpWindow {
  add(frames: readonly Frame[]): void;
  /** The segments that have become whole since the last call, up to where the window is full. Views, good until `close`. */
  take(): readonly Segment[];
  /** A segment claims a length of 0. */
  readonly corrupt: boolean;
  /** Bytes behind the last segment that was taken. */
  readonly rest: number;
  readonly frameCount: number;
  readonly full: boolean;
  /** One of its segments, in memory of its own. */
  rangeOf(segment: Segment): FrameRange;
  /** The segments that were taken. The next window begins with what the frames brought beyond. */
  close(): FrameRange;
  /** The same at the end: frames keep what they brought beyond, as no window comes to have it. */
  finish(): FrameRange;
}

interface Part {
  readonly frame: Frame;
  /** Where in the window its bytes begin and end. */
  readonly start: number;
  readonly end: number;
}

export function createDumpWindow(): DumpWindow {
  let parts: Part[] = [];
  let buffer = new Uint8Array(2 * WINDOW_BYTES);
  let length = 0;
  let skip = 0;
  let end = 0;
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
    if (isFull()) return [];
    const parsed = parseSegments(buffer.subarray(0, length), end, WINDOW_BYTES - (end - skip));
    end = parsed.end;
    corrupt = parsed.corrupt;
    return parsed.segments;
  }

  function rangeOf({ start, bytes }: Segment): FrameRange {
    const stop = start + bytes.length;
    const chosen = parts.filter((part) => part.end > start && part.start < stop);
    const first = chosen[0];
    const frames = chosen.map((part) => (isInline(part.frame) ? copyOf(part.frame) : cutOut(part, start, stop)));
    return {
      frames,
      skip: first !== undefined && isInline(first.frame) ? start - first.start : 0,
      bytes: stop - start,
    };
  }

  function finish(to = length): FrameRange {
    const frames = parts.map((part) => (isInline(part.frame) ? part.frame : shortened(part, to)));
    return { frames, skip, bytes: end - skip };
  }

  function close(): FrameRange {
    const range = finish(end);
    const kept = parts.filter((part) => part.end > end);
    const first = kept[0];
    // Bytes out of memory are cut exactly, a reply is kept whole.
    const base = first === undefined || !isInline(first.frame) ? end : first.start;
    parts = kept.map((part) => ({
      frame: isInline(part.frame) ? copyOf(part.frame) : cutOut(part, base, part.end),
      start: Math.max(part.start, base) - base,
      end: part.end - base,
    }));
    buffer.copyWithin(0, base, length);
    length -= base;
    skip = end - base;
    end = skip;
    return range;
  }

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
    rangeOf,
    close,
    finish: () => finish(),
  };
}

/** Whether the frame is exactly what was exchanged, without bytes that were copied out of memory. */
function isInline({ outbox }: Frame): boolean {
  return outbox.length <= RESOURCE_DUMP_REPLY_BYTES;
}

/** The memory of a frame is used anew once its item has gone to the main thread. */
function copyOf(frame: Frame): Frame {
  return { ...frame, inbox: Uint8Array.from(frame.inbox), outbox: Uint8Array.from(frame.outbox) };
}

/** The frame without the bytes out of memory that lie behind a place of the window. */
function shortened({ frame, start, end }: Part, stop: number): Frame {
  if (stop >= end) return frame;
  return { ...frame, outbox: frame.outbox.subarray(0, RESOURCE_DUMP_REPLY_BYTES + Math.max(0, stop - start)) };
}

/** A frame of its own with those bytes out of memory that lie between two places of the window. */
function cutOut({ frame, start, end }: Part, begin: number, stop: number): Frame {
  const first = RESOURCE_DUMP_REPLY_BYTES - start;
  const memory = frame.outbox.subarray(first + Math.max(begin, start), first + Math.min(stop, end));
  const outbox = new Uint8Array(RESOURCE_DUMP_REPLY_BYTES + memory.length);
  outbox.set(frame.outbox.subarray(0, RESOURCE_DUMP_REPLY_BYTES));
  outbox.set(memory, RESOURCE_DUMP_REPLY_BYTES);
  return { ...frame, inbox: Uint8Array.from(frame.inbox), outbox };
}
