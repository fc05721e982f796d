import type { CallResult, Channel, Scope } from '../../src/channel/channel.ts';
import { createByteSlab } from '../../src/collect/byteSlab.ts';
import { CollectorStop } from '../../src/collect/collector.ts';
import { createCommandRunner } from '../../src/collect/commandRunner.ts';
import { createCollector } from '../../src/collect/createCollector.ts';
import type { DumpMemory } from '../../src/collect/dumpMemory.ts';
import type { Item } from '../../src/collect/item.ts';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { device } from '../collect/collecting.ts';
import { scriptedChannel } from '../scriptedChannel.ts';

/** Numbers below a limit, drawn from bytes that are read again and again, each time otherwise. */
export type Tape = (limit: number) => number;

export function tapeOf(bytes: Uint8Array): Tape {
  let at = 0;
  let state = 0x9e37_79b9;
  return (limit) => {
    // As long as there are bytes they decide alone, so that a shorter input that fails is a simpler one.
    const byte = bytes[at] ?? 0;
    const again = at >= bytes.length ? (state >>> 16) & 0xff : 0;
    state = (Math.imul(state ^ byte, 0x01000193) + 0x9e37_79b9) >>> 0;
    at += 1;
    return bytes.length === 0 ? 0 : ((bytes[at % bytes.length] ?? 0) ^ again ^ byte) % limit;
  };
}

const ERRNOS = [1, 5, 11, 12, 14, 16, 22, 25, 74, 90, 95, 125];

/** A device that answers as the tape has it: soundly, with other bytes, too few, a status, an errno; seldom it is gone. */
export function tapedChannel(tape: Tape, sound: Channel): Channel {
  const times = { startedNs: 1n, elapsedNs: 1n };
  return {
    ...sound,
    call(inbox: Uint8Array, outbox: Uint8Array, scope: { readonly scope: Scope }): CallResult {
      const answer = sound.call(inbox, outbox, scope);
      switch (tape(12)) {
        case 0:
          outbox.fill(tape(256), 16 + tape(200));
          return answer;
        case 1:
          for (let at = 16; at < outbox.length; at += 1) outbox[at] = tape(256);
          return answer;
        case 2:
          return { ...answer, length: Math.min(outbox.length, tape(40)) };
        case 3:
          outbox[0] = tape(256);
          return answer;
        case 4:
          return { length: 0, errno: ERRNOS[tape(ERRNOS.length)] ?? 5, ...times };
        case 5:
          return tape(20) === 0 ? { length: 0, errno: 19, ...times } : answer;
        case 6:
          // Fields of one word only: numbers of things, lengths, flags, what says that more follows.
          outbox[16 + tape(48)] = tape(256);
          return answer;
        case 7:
          outbox.copyWithin(16, 16 + tape(32));
          return answer;
        default:
          return answer;
      }
    },
  };
}

export interface TapedRun {
  readonly items: readonly Item[];
  readonly stop: CollectorStop | undefined;
  readonly commands: number;
  readonly rawBytes: number;
}

const MAX_BYTES = 8 << 20;

/** Runs a collector on a device that answers as the tape has it. What it throws that is no stop is a defect, and thrown. */
export function collectTaped(spec: CollectorSpec, bytes: Uint8Array): TapedRun {
  const tape = tapeOf(bytes);
  const { impact } = createCollector(spec);
  const sound = scriptedChannel({}, impact);
  const runner = createCommandRunner({
    device,
    channel: tapedChannel(tape, sound),
    control: { cancelled: () => false, commandBegins() {}, commandEnds() {}, pause() {} },
    slab: createByteSlab(),
    budget: { left: MAX_BYTES },
  });
  const memory: DumpMemory = {
    mkey: 0x105a,
    address: 0x1000n,
    length: 64 * 1024,
    copyOut(target) {
      for (let at = 0; at < target.length; at += 1) target[at] = tape(256);
    },
    writeTo() {
      throw new Error('a test writes no memory to files');
    },
  };
  const items: Item[] = [];
  let stop: CollectorStop | undefined;
  try {
    for (const item of createCollector(spec).collect({ device, runner, done: new Map(), memory: () => memory })) {
      items.push(item);
    }
  } catch (error) {
    if (!(error instanceof CollectorStop)) throw error;
    stop = error;
  }
  const rawBytes = items.reduce(
    (sum, { frames }) => sum + frames.reduce((own, { inbox, outbox }) => own + inbox.length + outbox.length, 0),
    0,
  );
  return { items, stop, commands: sound.log.length, rawBytes };
}
