/** Makes Standard dumps of a device in a lane, as an agent does; bundled and run by `mlx5-channel.ts`:
 * `mlx5-dump DEVICE-AS-JSON FILE`. For each line on stdin it makes one and prints the nanoseconds from before its first
 * command to after its last, and those from asking for it to its end, on a line. FILE gets the inboxes of the first, as
 * `mlx5-replay.c` reads them. */
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Frame, type NicFunction, runLane } from '@nicdiag/mlx5';

const device = JSON.parse(process.argv[2] ?? '') as NicFunction;
const file = process.argv[3] ?? '';
let first = true;

for await (const _ of createInterface({ input: process.stdin })) {
  const started = process.hrtime.bigint();
  const frames = await dump();
  const whole = process.hrtime.bigint() - started;
  if (first) writeFileSync(file, Buffer.concat(frames.flatMap(({ inbox, outbox }) => [lengths(inbox, outbox), inbox])));
  first = false;
  console.log(`${span(frames)} ${whole} ${frames.length}`);
}
process.exit(0);

async function dump(): Promise<readonly Frame[]> {
  const spec = { name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } } as const;
  const job = { device, impact: 'ReadOnly', collectors: [{ spec, done: [] }], maxBytes: 1 << 26 } as const;
  const frames: Frame[] = [];
  for await (const event of runLane(job, { signal: new AbortController().signal })) {
    if (event.type === 'items') frames.push(...event.items.flatMap((item) => item.frames));
    if (event.type === 'ended' && event.outcome !== 'done') throw new Error(`the lane ended as ${event.outcome}`);
  }
  return frames;
}

function span(frames: readonly Frame[]): bigint {
  const last = frames.at(-1)!;
  return last.startedNs + last.elapsedNs - frames[0]!.startedNs;
}

function lengths(inbox: Uint8Array, outbox: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(inbox.length, 0);
  header.writeUInt32LE(outbox.length, 4);
  return header;
}
