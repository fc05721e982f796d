import test from 'ava';
import { accessRegister, type DeviceUnderTest, makeDevice } from './device.ts';

/* Words by hand from the register documentation: header at 0x0 (length .0:9, writer_id .16:5, access_mode .22:2,
 * rd_en .24), type at 0x4, data from 0xc. */
const MNVDA = 0x9024;
const BYTES = 268;
const modes = { next: 0, current: 1, factory: 2 } as const;

interface Answer {
  readonly status: number;
  readonly mutation: string | undefined;
  readonly words: readonly number[];
}

function access(
  device: DeviceUnderTest,
  type: number,
  mode: keyof typeof modes,
  data?: readonly number[],
  length = 4 * (data?.length ?? 64),
): Answer {
  const inbox = accessRegister(MNVDA, BYTES, data === undefined ? 'read' : 'write');
  const view = new DataView(inbox.buffer, 16);
  view.setUint32(0, (modes[mode] << 22) | length);
  view.setUint32(4, type);
  for (const [at, word] of (data ?? []).entries()) view.setUint32(0xc + 4 * at, word);
  const { trace, outbox } = device.command(inbox, 16 + BYTES);
  const answer = new DataView(outbox.buffer, 16);
  return {
    status: trace.status,
    mutation: trace.mutation,
    words: Array.from({ length: BYTES / 4 }, (_, at) => answer.getUint32(4 * at)),
  };
}

const tail = (length: number): number[] => new Array<number>(length).fill(0);

test('MNVDA gives the values in force, from the next reset on and as delivered, bit by bit', (t) => {
  const device = makeDevice({ edit: (profile) => ({ ...profile, nextBootVfs: 32 }) });
  // 12 bytes, rd_en, written by mstconfig (9); 11 and 63 vectors, BAR sizes 2^1 and 2^5.
  const head = (mode: number): number[] => [0x0109_000c | (mode << 22), 0x80, 0];
  t.deepEqual(access(device, 0x80, 'factory').words, [...head(2), 0x9c00_0000, 0x0001_0000, 0x02c3_f045, ...tail(61)]);
  t.deepEqual(access(device, 0x80, 'current').words, [...head(1), 0x9c00_0000, 0x8001_0010, 0x02c3_f045, ...tail(61)]);
  t.deepEqual(access(device, 0x80, 'next').words, [...head(0), 0x9c00_0000, 0x8001_0020, 0x02c3_f045, ...tail(61)]);
});

test('settings of ports and functions are there by their class, others are not', (t) => {
  // Link type at .2:2: 2 Ethernet, 1 InfiniBand.
  t.is(access(makeDevice(), 0x0101_0012, 'current').words[3], 2 << 2);
  t.is(access(makeDevice({ card: 1 }), 0x0101_0012, 'current').words[3], 1 << 2);
  t.is(access(makeDevice(), 0x0300_0112, 'current').words[3], 0x0800_0000, 'RoCE on');
  for (const type of [0x0102_0012, 0x0200_0012, 0x7f, 0xffff_ffff]) {
    t.is(access(makeDevice(), type, 'current').status, 3, `0x${type.toString(16)}`);
    t.is(makeDevice().register('MNVQC', { type }).field('support_rd'), 0);
  }
  t.is(access(makeDevice(), 0x0000_0080, 'current', undefined, 4).status, 3, 'room for 4 bytes only');
  t.is(access(makeDevice(), 0x13, 'current').status, 0xf, 'never set');
  t.deepEqual(makeDevice().register('MNVQC', { type: 0x80 }).field('support_wr'), 1);
  t.is(makeDevice().register('MNVQC', { type: 0x81 }).field('support_wr'), 0, 'a capability');
});

test('what a BlueField has more', (t) => {
  const device = makeDevice({
    host: 'gpu-c',
    edit: (profile) => ({ ...profile, functions: [{ ...profile.functions[0]!, registers: 'all', uctxCap: 7 }] }),
  });
  t.is(access(device, 0x0c, 'current').words[3], 1, 'embedded CPU');
  t.is(access(makeDevice(), 0x0c, 'current').status, 3);
});

test('a read changes nothing; a write holds from the next reset on and is journaled', (t) => {
  const device = makeDevice();
  const before = access(device, 0x84, 'next');
  t.is(before.mutation, undefined);
  t.is(before.words[3], 0);
  const written = access(device, 0x84, 'next', [0x1234_0000]);
  t.is(written.status, 0);
  t.is(written.mutation, 'MNVDA written');
  t.deepEqual(
    (['next', 'current', 'factory'] as const).map((mode) => access(device, 0x84, mode).words[3]),
    [0x1234_0000, 0, 0],
  );
  t.is(access(device, 0x84, 'next').words[0]! >>> 16, 0x0109, 'rd_en, writer mstconfig');
  t.is(access(device, 0x82, 'next').words[3], 0, 'no other setting');
});

for (const [title, type, mode, data] of [
  ['a capability', 0x81, 'next', [1, 2, 3, 4, 5]],
  ['a type that is not there', 0x7f, 'next', [1]],
  ['the values in force', 0x84, 'current', [1]],
  ["a length that is not the setting's", 0x84, 'next', [1, 2]],
] as const) {
  test(`${title} cannot be written`, (t) => {
    const device = makeDevice();
    const { status, mutation } = access(device, type, mode, data);
    t.is(status, 3);
    t.is(mutation, undefined);
    t.is(access(device, 0x84, 'next').words[3], 0);
  });
}
