import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../../tools/src/fuzz/fuzzing.ts';
import { parseIdList } from '../../../src/collect/idList.ts';
import type { Frame, Item, ItemOutcome } from '../../../src/collect/item.ts';
import { createDumpWindow, WINDOW_BYTES } from '../../../src/collect/resourceDump/dumpWindow.ts';
import { parseMenu } from '../../../src/collect/resourceDump/menu.ts';
import { segmentPayload } from '../../../src/collect/resourceDump/segmentPayload.ts';
import { decodeItem } from '../../../src/decode/decodeItem.ts';
import { formatText } from '../../../src/decode/formatText.ts';
import { allObjectTypes, parseSegments } from '../../../src/prm/index.ts';
import { MENU } from '../../collect/resourceDump/dumpFirmware.ts';
import { answer, errorSegment, joined, menuSegment, reference, resource } from '../../collect/resourceDump/segments.ts';

const TYPES = [0x1000, 0x1001, 0x1002, 0x1101, 0x1201, 0x1301, 0x4000, 0x4008, 0x4014, 0xfffa, 0xfffc, 0xfffd, 0xffff];

/** Bytes that begin as segments do, of types that have a decoder, with lengths that may be anything. */
const nearlySegments = fc
  .array(
    fc.record({
      length: fc.oneof(fc.nat(40), fc.nat(0xffff), fc.constant(0)),
      type: fc.oneof(fc.constantFrom(...TYPES), fc.nat(0xffff)),
      rest: fc.uint8Array({ maxLength: 300 }),
    }),
    { maxLength: 6 },
  )
  .map((parts) =>
    joined(
      ...parts.map(({ length, type, rest }) => {
        const header = new Uint8Array(4);
        new DataView(header.buffer).setUint32(0, ((length << 16) | type) >>> 0);
        return joined(header, rest);
      }),
    ),
  );
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 2000 }), nearlySegments);

/** A sound dump of every kind, with some bytes changed. */
const spoiled = fc
  .record({
    changes: fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { maxLength: 8 }),
    cut: fc.nat(4000),
  })
  .map(({ changes, cut }) => {
    const bodies = TYPES.filter((type) => type < 0xff00).map((type) =>
      resource(type, 1, 2, new Uint8Array(272).fill(type)),
    );
    const whole = answer({ type: 0x1000 }, menuSegment(MENU), ...bodies, errorSegment(1, 'E'), reference({ type: 1 }));
    for (const [at, value] of changes) if (at < whole.length) whole[at] = value;
    return whole.subarray(0, Math.max(0, whole.length - cut));
  });

test('segments are found in any bytes, one after another, and the search ends', (t) => {
  fc.assert(
    fc.property(fc.oneof(anyBytes, spoiled), fc.nat(40), (bytes, from) => {
      const { segments, end, corrupt } = parseSegments(bytes, from);
      let expected = from;
      for (const { start, bytes: own } of segments) {
        t.is(start, expected);
        t.true(own.length >= 4 && own.length % 4 === 0);
        expected += own.length;
      }
      t.is(end, expected);
      if (corrupt) t.deepEqual([...bytes.subarray(end, end + 2)], [0, 0]);
    }),
    fuzzing(500),
  );
});

test('a menu of any bytes has records with plain names, no two alike', (t) => {
  const claims = fc
    .tuple(fc.nat(0xffff), fc.nat(0xffff), fc.uint8Array({ maxLength: 400 }))
    .map(([length, count, rest]) => {
      const head = new Uint8Array(8);
      const view = new DataView(head.buffer);
      view.setUint16(0, length);
      view.setUint16(2, 0xffff);
      view.setUint16(6, count);
      return joined(head, rest);
    });
  fc.assert(
    fc.property(fc.oneof(anyBytes, spoiled, claims), (bytes) => {
      const records = parseMenu(bytes) ?? [];
      t.true(records.length <= bytes.length / 52);
      for (const { name } of records) t.regex(name, /^[A-Za-z0][A-Za-z0-9_ -]*$/);
      t.is(new Set(records.map(({ name }) => name.toUpperCase())).size, records.length);
    }),
    fuzzing(500),
  );
});

function frameOf(inbox: Uint8Array, outbox: Uint8Array): Frame {
  const head = { opcode: 0x805, opMod: 1, registerId: 0xc000, status: outbox[0] ?? 0, syndrome: 0, errno: 0 };
  return { ...head, startedNs: 0n, elapsedNs: 0n, inbox, outbox };
}

/** A reply that carries these bytes, in the register or behind it. */
function carrying(part: Uint8Array, inline: boolean): Frame {
  const inbox = new Uint8Array(272);
  if (inline) inbox[16] = 0x40;
  const outbox = new Uint8Array(inline ? 272 : 272 + part.length);
  new DataView(outbox.buffer).setUint32(16 + 0x24, part.length);
  outbox.set(part, inline ? 16 + 0x30 : 272);
  return frameOf(inbox, outbox);
}

const outcomes = fc.constantFrom<ItemOutcome>('ok', 'refused', 'failed', 'absent');

test('an item of any frames is decoded to something, and every byte of it is bounded', (t) => {
  const frames = fc.array(
    fc.oneof(
      fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 })).map(([a, b]) => frameOf(a, b)),
      fc.tuple(anyBytes, fc.boolean()).map(([part, inline]) => carrying(inline ? part.subarray(0, 208) : part, inline)),
      spoiled.map((part) => carrying(part, false)),
    ),
    { maxLength: 4 },
  );
  const index = fc.dictionary(fc.constantFrom('skip', 'bytes', 'index1'), fc.nat(5000));
  const name = fc.constantFrom('ERROR', 'FULL_QPC', 'MENU');
  fc.assert(
    fc.property(frames, index, outcomes, name, (list, given, outcome, called) => {
      const item: Item = { key: 'k', kind: 'segment', name: called, index: given, outcome, frames: list };
      const decoded = decodeItem(item);
      const text = formatText(decoded);
      const bytes = list.reduce((sum, { outbox }) => sum + outbox.length, 0);
      t.true(text.length < 20_000 + 100 * bytes, `${text.length} characters of ${bytes} bytes`);
      t.true(outcome === 'ok' || decoded.error !== undefined);
    }),
    fuzzing(500),
  );
});

test('an object of any bytes is decoded, however short', (t) => {
  const type = fc.constantFrom(...allObjectTypes().keys());
  fc.assert(
    fc.property(type, fc.uint8Array({ maxLength: 1200 }), (name, outbox) => {
      const frames = [frameOf(new Uint8Array(16), outbox)];
      const item: Item = { key: 'k', kind: 'object', name, index: {}, outcome: 'ok', frames };
      t.is(typeof formatText(decodeItem(item)), 'string');
    }),
    fuzzing(500),
  );
});

test('however a dump is cut into replies, its windows are the same', (t) => {
  const sizes = fc.array(fc.oneof(fc.nat(60), fc.nat(2000)), { minLength: 1, maxLength: 400 });
  const cuts = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(sizes, cuts, fc.boolean(), (lengths, pieces, again) => {
      const many = again ? lengths.flatMap((length) => [length, length * 3, 0, length]) : lengths;
      const dump = answer(
        { type: 1 },
        ...many.map((length, at) => resource(1, at, 0, new Uint8Array(length * 4).fill(at))),
      );
      const inMemory = windowsOf(dump, (at) => pieces[at % pieces.length] ?? 1, false);
      const inline = windowsOf(dump, () => 208, true);
      t.deepEqual(inMemory, inline);
      t.deepEqual(joined(...inMemory), dump);
      for (const window of inMemory.slice(0, -1)) t.true(window.length >= WINDOW_BYTES);
    }),
    fuzzing(40),
  );
});

/** Runs a dump through windows as the collector does. */
function windowsOf(dump: Uint8Array, sizeOf: (reply: number) => number, inline: boolean): readonly Uint8Array[] {
  const windows: Uint8Array[] = [];
  const window = createDumpWindow();
  const close = (): void => {
    const { frames, skip, bytes } = window.close();
    windows.push(segmentPayload({ frames, index: { skip, bytes } }));
  };
  for (let at = 0, reply = 0; at < dump.length; reply += 1) {
    const size = sizeOf(reply);
    window.add([carrying(dump.subarray(at, at + size), inline)]);
    at += size;
    for (;;) {
      window.take();
      if (!window.full || (at >= dump.length && window.rest === 0)) break;
      close();
    }
  }
  close();
  return windows;
}

test('a list of numbers is what it says, or nothing', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(0xffffffff), fc.nat(100)), { minLength: 1, maxLength: 5 }), (ranges) => {
      const sound = ranges.map(([first, more]) => ({ first, last: Math.min(0xffffffff, first + more) }));
      const text = sound
        .map(({ first, last }) => (first === last ? `${first}` : `0x${first.toString(16)}-${last}`))
        .join(',');
      t.deepEqual(parseIdList(text), sound);
    }),
    fuzzing(500),
  );
  for (const text of ['', ',', '1,', '-', '1-', '-1', '5-4', '0x', '1.5', '1e3', '4294967296', 'ALL', '1 2', '0x1g']) {
    t.is(parseIdList(text), undefined, text);
  }
});
