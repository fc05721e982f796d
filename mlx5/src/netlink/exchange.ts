import { endOf, FLAG, MESSAGE_TYPE, readMessages } from './messages.ts';
import { malformed, NetlinkError } from './netlinkError.ts';

/** A connected socket that messages of netlink go over. */
export interface NetlinkSocket {
  /** @throws NetlinkError */
  send(message: Uint8Array): void;
  /** Whole messages, one or more.
   * @returns undefined when none came in that time
   * @throws NetlinkError */
  receive(withinMs: number): Uint8Array | undefined;
  close(): void;
}

export interface ExchangeLimits {
  /** For the whole answer. */
  readonly withinMs: number;
  readonly maxBytes: number;
  /** Asked a few times a second. */
  readonly cancelled: () => boolean;
}

/** How long a wait lasts before it looks whether it is cancelled. */
const SLICE_MS = 200;

/** Sends a request and gives the parts of its answer as they come, up to its end. In the kernel the request is worked
 * within `send`, which takes as long as that does.
 * @returns errno of the answer, 0 when it was granted
 * @throws NetlinkError; the socket is of no use then */
export function* exchange(
  socket: NetlinkSocket,
  request: Uint8Array,
  { withinMs, maxBytes, cancelled }: ExchangeLimits,
): Generator<Uint8Array, number> {
  const deadline = performance.now() + withinMs;
  const answer = createAnswer(request);
  let bytes = 0;
  socket.send(request);
  while (answer.errno === undefined) {
    if (cancelled()) throw new NetlinkError('Cancelled', 'cancelled while waiting for an answer');
    const left = deadline - performance.now();
    if (left <= 0) throw new NetlinkError('TimedOut', `no whole answer in ${withinMs} ms`);
    const part = socket.receive(Math.min(SLICE_MS, left));
    if (part === undefined) continue;
    bytes += part.length;
    if (bytes > maxBytes) throw new NetlinkError('TooLong', `an answer of more than ${maxBytes} bytes`);
    answer.take(part);
    yield part;
  }
  return answer.errno;
}

interface Answer {
  /** Undefined as long as more is to come. */
  readonly errno: number | undefined;
  take(part: Uint8Array): void;
}

function createAnswer(request: Uint8Array): Answer {
  const [asked] = readMessages(request);
  if (asked === undefined) throw malformed('an empty request');
  let errno: number | undefined;

  /** A list ends with DONE. An answer in pieces has DONE too, and its acknowledgement behind it. */
  function take(part: Uint8Array): void {
    if (part.length === 0) throw malformed('an empty answer');
    for (const message of readMessages(part)) {
      if (message.sequence !== asked?.sequence) {
        throw malformed(`an answer to request ${message.sequence}, not to ${asked?.sequence}`);
      }
      const { type } = message;
      const isEnd = type === MESSAGE_TYPE.ERROR || (type === MESSAGE_TYPE.DONE && (asked.flags & FLAG.ACK) === 0);
      if (isEnd) errno ??= endOf(message);
    }
  }

  return {
    get errno() {
      return errno;
    },
    take,
  };
}
