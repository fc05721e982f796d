import type { Frame, Item } from '@nicdiag/mlx5/decode';
import fc from 'fast-check';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

const frame: fc.Arbitrary<Frame> = fc.record({
  opcode: fc.nat(0xffff),
  opMod: fc.nat(0xffff),
  registerId: fc.nat(0xffff),
  status: fc.nat(0xff),
  syndrome: fc.integer({ min: 0, max: 0xffff_ffff }),
  errno: fc.nat(200),
  startedNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  elapsedNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  inbox: bytes(40),
  outbox: bytes(300),
});

/** Any item that a collector may yield, several frames and none among them. */
export const arbitraryItem: fc.Arbitrary<Item> = fc.record({
  key: fc.string({ unit: 'grapheme', maxLength: 40 }),
  kind: fc.constantFrom('register' as const, 'capability' as const),
  name: fc.string({ maxLength: 20 }),
  index: fc.dictionary(fc.string({ maxLength: 10 }), fc.nat(0xffff_ffff), { maxKeys: 4, noNullPrototype: true }),
  outcome: fc.constantFrom('ok' as const, 'refused' as const, 'failed' as const),
  frames: fc.array(frame, { maxLength: 3 }),
});

/** A register read that went well, with an outbox of that length. */
export function registerItem(name: string, outbox: Uint8Array = Buffer.alloc(32, 7)): Item {
  const read: Frame = {
    opcode: 0x805,
    opMod: 1,
    registerId: 0x9001,
    status: 0,
    syndrome: 0,
    errno: 0,
    startedNs: 1_000_000_000_000n,
    elapsedNs: 2500n,
    inbox: Buffer.alloc(16, 1),
    outbox,
  };
  return {
    key: `${name}{local_port=1}`,
    kind: 'register',
    name,
    index: { local_port: 1 },
    outcome: 'ok',
    frames: [read],
  };
}

export function refusedItem(name: string, status: number, syndrome: number): Item {
  const item = registerItem(name);
  return { ...item, outcome: 'refused', frames: item.frames.map((read) => ({ ...read, status, syndrome })) };
}

export function failedItem(name: string, errno: number): Item {
  const item = registerItem(name);
  return {
    ...item,
    outcome: 'failed',
    frames: item.frames.map((read) => ({ ...read, errno, outbox: Buffer.alloc(0) })),
  };
}
