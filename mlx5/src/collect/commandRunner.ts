import type { CallResult, Channel } from '../channel/channel.ts';
import { ERRNO, explainErrno, isGone } from '../channel/errno.ts';
import type { NicFunction } from '../discover/device.ts';
import {
  MAILBOX_HEADER_BYTES,
  outboxStatus,
  outboxSyndrome,
  STATUS,
  statusOf,
  writeInboxHeader,
  writeRegisterId,
} from '../prm/index.ts';
import type { ByteSlab } from './byteSlab.ts';
import { CollectorStop } from './collector.ts';
import type { DumpMemory } from './dumpMemory.ts';
import type { Frame, ItemOutcome } from './item.ts';
import type { Placing, Read } from './placing.ts';

/** A command to give. */
export interface CommandRequest {
  readonly opcode: number;
  readonly opMod: number;
  /** For ACCESS_REG, else 0. */
  readonly registerId: number;
  readonly inLength: number;
  readonly outLength: number;
  /** Writes what follows the header; the buffer is zeroed. */
  fill(inbox: Uint8Array): void;
  /** Whether firmware's "no such thing" is an answer. */
  readonly probe: boolean;
  /** For a command whose answer firmware writes into memory: what it has written follows the outbox, in the frame. */
  readonly memory?: MemoryAnswer;
}

export interface MemoryAnswer {
  readonly source: DumpMemory;
  /** @returns how many bytes were written, by an outbox whose status is OK. More than the memory has are not believed:
   * then all of it is taken */
  written(outbox: Uint8Array): number;
}

export interface CommandAnswer {
  /** The last one decides the outcome; those before it were told to come again. */
  readonly frames: readonly Frame[];
  readonly outcome: ItemOutcome;
  /** Set when nothing more should be asked; the frames still make an item. */
  readonly stop?: CollectorStop;
}

export interface CommandRunner {
  /** Before something is read without a command.
   * @param bytes that it may bring
   * @throws CollectorStop when cancelled or over the byte limit */
  admit(bytes: number): void;
  /** @throws CollectorStop when cancelled or over the byte limit, before the command is given */
  run(request: CommandRequest): CommandAnswer;
  /** As `run`, without making objects where firmware answers with status OK: the item is made in place then. Absent where
   * there is no such memory.
   * @throws CollectorStop as `run` */
  place?(read: Read): CommandAnswer | PlacedAnswer;
}

/** Where firmware's answer lies, without the mailbox header, until the next command. */
export interface PlacedAnswer {
  readonly frames?: undefined;
  readonly memory: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** What the lane around a collector provides. */
export interface LaneControl {
  cancelled(): boolean;
  /** Just before and after each ioctl, for the watchdog. */
  commandBegins(): void;
  commandEnds(): void;
  /** Waits; ends early when cancelled. */
  pause(milliseconds: number): void;
}

export interface CommandRunnerOptions {
  readonly device: NicFunction;
  /** Absent when the device could not be opened, or need not be: then there are no commands. */
  readonly channel?: Channel;
  /** Why no command may be given any more, if so: the device could not be opened, or is gone. */
  readonly failure?: () => CollectorStop | undefined;
  readonly control: LaneControl;
  readonly slab: ByteSlab;
  /** Raw bytes, shared by all collectors of a job. */
  readonly budget: { left: number };
}

/** Busy firmware is asked again as mstflint does: 3 times, 100 ms apart. */
const RETRIES = 3;
const RETRY_PAUSE_MS = 100;
/** A command that took longer than this tells of loaded firmware: it is left alone for as long again, up to a second. */
const SLOW_NS = 50_000_000n;
const LONGEST_PAUSE_MS = 1000;
/** The most that reads may ask of fwctl. */
const READ_SCOPE = { scope: 1 } as const;
/** So many commands in a row that did not reach firmware are no accident. */
const FAILURES_TO_GIVE_UP = 10;

/** Statuses by which firmware says that it has no such register, page or index. Virtual functions and other hosts get
 * either of BAD_PARAM and BAD_SYS_STATE [inferred in the reference]. */
const NOT_HERE: readonly number[] = [STATUS.BAD_OP, STATUS.BAD_PARAM, STATUS.BAD_SYS_STATE, STATUS.BAD_INDEX];

export function createCommandRunner(options: CommandRunnerOptions): CommandRunner {
  const { device, channel, failure, control, slab, budget } = options;
  let failures = 0;

  function run(request: CommandRequest): CommandAnswer {
    const inbox = slab.allocate(request.inLength);
    writeInboxHeader(inbox, request.opcode, request.opMod);
    if (request.registerId !== 0) writeRegisterId(inbox, request.registerId);
    request.fill(inbox);
    return conclude(request, give(request, inbox));
  }

  /** Gives a command again as long as firmware is busy. */
  function conclude(request: CommandRequest, first: Frame): CommandAnswer {
    const frames = [first];
    for (let frame = first; ; frames.push(frame)) {
      const busy = frame.errno === 0 && (frame.status === STATUS.RES_BUSY || frame.status === STATUS.NOT_READY);
      if (!busy || frames.length > RETRIES || control.cancelled()) return judge(request, frames, frame);
      control.pause(RETRY_PAUSE_MS);
      frame = give(request, first.inbox);
    }
  }

  function admit(bytes: number): void {
    if (control.cancelled())
      throw new CollectorStop('Cancelled', `cancelled before the next command to ${device.pciAddress}`);
    budget.left -= bytes;
    if (budget.left < 0) {
      throw new CollectorStop(
        'LimitExceeded',
        `${device.pciAddress}: the limit of raw bytes for one device is reached`,
      );
    }
  }

  function give(request: CommandRequest, inbox: Uint8Array): Frame {
    const failed = failure?.();
    if (failed !== undefined) throw failed;
    if (channel === undefined) throw new CollectorStop('OpenFailed', `${device.node} is not open`);
    const room = request.memory?.source.length ?? 0;
    admit(request.inLength + request.outLength + room);
    const outbox = slab.allocate(request.outLength);
    control.commandBegins();
    const result = channel.call(inbox, outbox, READ_SCOPE);
    control.commandEnds();
    leaveAlone(result);
    const short = result.length === outbox.length ? outbox : outbox.subarray(0, result.length);
    const answer = result.errno === 0 && request.memory !== undefined ? withMemory(short, request.memory) : short;
    budget.left += room - (answer.length - short.length);
    return frameOf(request, result, inbox, answer);
  }

  function leaveAlone({ elapsedNs }: CallResult): void {
    if (elapsedNs > SLOW_NS) control.pause(Math.min(Number(elapsedNs / 1_000_000n), LONGEST_PAUSE_MS));
  }

  function withMemory(outbox: Uint8Array, { source, written }: MemoryAnswer): Uint8Array {
    const bytes = outboxStatus(outbox) === STATUS.OK ? Math.min(written(outbox), source.length) : 0;
    if (bytes <= 0) return outbox;
    const both = slab.allocate(outbox.length + bytes);
    both.set(outbox);
    source.copyOut(both.subarray(outbox.length));
    return both;
  }

  /** The last answer in place: one object for all. */
  const placed: { memory: Uint8Array; at: number; length: number } = { memory: new Uint8Array(), at: 0, length: 0 };

  function place(placing: Placing, through: PlacingChannel, read: Read): CommandAnswer | PlacedAnswer {
    const { request } = read;
    const mailboxes = placing.begin(read);
    if (mailboxes === undefined) return run(request);
    const failed = failure?.();
    if (failed !== undefined) throw failed;
    admit(request.inLength + request.outLength);
    const { memory } = placing;
    const { inAt, inLength, outAt, outLength } = mailboxes;
    control.commandBegins();
    const result = through.callAt(memory, mailboxes, READ_SCOPE);
    control.commandEnds();
    leaveAlone(result);
    if (result.errno === 0 && result.length === outLength && memory[outAt] === STATUS.OK) {
      failures = 0;
      placing.finish(read, mailboxes, result);
      placed.memory = memory;
      placed.at = outAt + MAILBOX_HEADER_BYTES;
      placed.length = outLength - MAILBOX_HEADER_BYTES;
      return placed;
    }
    const inbox = memory.subarray(inAt, inAt + inLength);
    return conclude(request, frameOf(request, result, inbox, memory.subarray(outAt, outAt + result.length)));
  }

  function judge(request: CommandRequest, frames: readonly Frame[], last: Frame): CommandAnswer {
    const broken = last.errno !== 0 || last.status === STATUS.DRIVER_ERR || isCutOff(last);
    failures = broken ? failures + 1 : 0;
    const stop = broken ? stopFor(last) : undefined;
    const outcome = outcomeOf(request, last);
    return stop === undefined ? { frames, outcome } : { frames, outcome, stop };
  }

  function stopFor(last: Frame): CollectorStop | undefined {
    const { errno, status } = last;
    const cutOff = isCutOff(last);
    const { name, meaning } = explainErrno(device.kind, errno);
    const tried = `a command to ${device.pciAddress} through ${device.node} failed`;
    if (isGone(errno)) return new CollectorStop('DeviceGone', `${tried}: ${name}: ${meaning}`);
    if (errno === ERRNO.ETIMEDOUT) return new CollectorStop('DeviceHung', `${tried}: ${name}: ${meaning}`);
    if (failures < FAILURES_TO_GIVE_UP) return undefined;
    const what = cutOff ? 'the answer had no header' : errno === 0 ? statusOf(status).text : `${name}: ${meaning}`;
    return new CollectorStop('CollectorError', `${tried}, as did the ${failures - 1} before it: ${what}`);
  }

  const { placing } = slab;
  return {
    run,
    admit,
    ...(placing !== undefined && canPlace(channel) ? { place: (read) => place(placing, channel, read) } : {}),
  };
}

type PlacingChannel = Channel & Required<Pick<Channel, 'callAt'>>;

function canPlace(channel: Channel | undefined): channel is PlacingChannel {
  return channel?.callAt !== undefined;
}

function frameOf(request: CommandRequest, result: CallResult, inbox: Uint8Array, outbox: Uint8Array): Frame {
  const { errno, startedNs, elapsedNs } = result;
  return {
    opcode: request.opcode,
    opMod: request.opMod,
    registerId: request.registerId,
    status: errno === 0 ? outboxStatus(outbox) : 0,
    syndrome: errno === 0 ? outboxSyndrome(outbox) : 0,
    errno,
    startedNs,
    elapsedNs,
    inbox,
    outbox,
  };
}

function outcomeOf({ probe }: CommandRequest, frame: Frame): ItemOutcome {
  const { errno, status } = frame;
  if (errno !== 0 || isCutOff(frame)) return 'failed';
  if (status === STATUS.OK) return 'ok';
  return probe && isNotHere(status) ? 'absent' : 'refused';
}

/** Whether an answer is too short to have a status. Without one it looks like OK. */
export function isCutOff({ errno, outbox }: Frame): boolean {
  return errno === 0 && outbox.length < MAILBOX_HEADER_BYTES;
}

/** Whether a status may mean that the device has no such register, page or index. */
export function isNotHere(status: number): boolean {
  return NOT_HERE.includes(status);
}
