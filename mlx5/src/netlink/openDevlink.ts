import type { Impact } from '../collect/spec.ts';
import { type DevlinkQuestion, devlinkRequest, QUESTIONS } from './devlink.ts';
import { type ExchangeLimits, exchange, type NetlinkSocket } from './exchange.ts';
import { type DevlinkAccess, openNetlinkSocket } from './netlinkSocket.ts';

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** The CR-space of a card has a few MiB. */
const MAX_DUMP_BYTES = 64 * 1024 * 1024;

/** The kernel's devlink, asked about one device. */
export interface Devlink {
  /** The request's bytes.
   * @param family number of devlink's family, 0 to ask for it */
  request(question: DevlinkQuestion, family: number): Uint8Array;
  /** @returns errno, after the parts of the answer
   * @throws NetlinkError; then nothing more can be asked */
  ask(request: Uint8Array, question: DevlinkQuestion): Generator<Uint8Array, number>;
  close(): void;
}

export interface DevlinkOptions {
  readonly pciAddress: string;
  readonly access: DevlinkAccess;
  readonly impact: Impact;
  /** Around what may hang in the kernel. */
  readonly control: { commandBegins(): void; commandEnds(): void; cancelled(): boolean };
}

/** @throws NetlinkError when there is no way to it */
export function openDevlink({ pciAddress, access, impact, control }: DevlinkOptions): Devlink {
  const watched = watch(openNetlinkSocket(access), control);
  let sequence = 0;
  return {
    request(question, family) {
      sequence += 1;
      return devlinkRequest(question, { pciAddress, family, sequence });
    },
    ask(request, question) {
      if (question.type === 'dump' && impact !== 'Intrusive') {
        throw new Error(`a dump of ${question.reporter} disturbs firmware: it needs impact Intrusive, not ${impact}`);
      }
      const { withinMs } = QUESTIONS[question.type];
      const limits: ExchangeLimits = {
        withinMs,
        maxBytes: question.type === 'dump' ? MAX_DUMP_BYTES : MAX_ANSWER_BYTES,
        cancelled: control.cancelled,
      };
      return exchange(watched, request, limits);
    },
    close: () => watched.close(),
  };
}

/** The kernel works a request while it is sent: that can hang as a command can. */
function watch(socket: NetlinkSocket, control: DevlinkOptions['control']): NetlinkSocket {
  function watched<T>(call: () => T): T {
    control.commandBegins();
    try {
      return call();
    } finally {
      control.commandEnds();
    }
  }
  return {
    send: (message) => watched(() => socket.send(message)),
    receive: (withinMs) => watched(() => socket.receive(withinMs)),
    close: () => socket.close(),
  };
}
