import test from 'ava';
import fc from 'fast-check';
import { fuzzing } from '../../../tools/src/fuzz/fuzzing.ts';
import { devlinkRequest, familyIn } from '../../src/netlink/devlink.ts';
import { exchange, type NetlinkSocket } from '../../src/netlink/exchange.ts';
import { writeRequest } from '../../src/netlink/messages.ts';
import { NetlinkError } from '../../src/netlink/netlinkError.ts';
import { openDevlink } from '../../src/netlink/openDevlink.ts';
import { GOLDEN, hex } from './bytes.ts';

const LIMITS = { withinMs: 60_000, maxBytes: 4096, cancelled: () => false };

/** A socket that answers with these parts, then with nothing. */
function scripted(parts: Iterable<Uint8Array>): NetlinkSocket & { readonly sent: Uint8Array[] } {
  const next = parts[Symbol.iterator]();
  const sent: Uint8Array[] = [];
  return {
    sent,
    send: (message) => void sent.push(message),
    receive: () => next.next().value,
    close() {},
  };
}

interface Exchanged {
  readonly parts: readonly Uint8Array[];
  readonly errno?: number;
  readonly error?: NetlinkError;
}

function ask(socket: NetlinkSocket, request: Uint8Array, limits: Partial<typeof LIMITS> = {}): Exchanged {
  const parts: Uint8Array[] = [];
  try {
    const answer = exchange(socket, request, { ...LIMITS, ...limits });
    for (let next = answer.next(); ; next = answer.next()) {
      if (next.done === true) return { parts, errno: next.value };
      parts.push(next.value);
    }
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    return { parts, error };
  }
}

const named = (type: 'family' | 'info' | 'reporters', sequence: number) =>
  devlinkRequest({ type }, { pciAddress: '0000:03:00.0', family: 0x1a, sequence });
const diagnose = devlinkRequest(
  { type: 'diagnose', reporter: 'fw' },
  { pciAddress: '0000:03:00.0', family: 0x1a, sequence: 4 },
);

test('an answer ends with its acknowledgement, a list with its end', (t) => {
  t.like(ask(scripted([GOLDEN.family]), named('family', 1)), { errno: 0, parts: [GOLDEN.family] });
  t.like(ask(scripted([GOLDEN.reporters]), named('reporters', 3)), { errno: 0 });
});

test('an answer in pieces has an end of its own before the acknowledgement', (t) => {
  const [first, second] = GOLDEN.diagnoseParts;
  const acknowledged = second.length - 36;
  const parts = [first, second.subarray(0, acknowledged), second.subarray(acknowledged)];
  t.deepEqual(ask(scripted(parts), diagnose), { errno: 0, parts });
});

test('a refusal is the end, whatever was asked for', (t) => {
  const refused = writeRequest({
    ...{ family: 0x1a, command: 52, version: 1, flags: 0x300, sequence: 5 },
    attributes: new Uint8Array(0),
  });
  t.like(ask(scripted([GOLDEN.refusal]), refused), { errno: 95 });
});

/** Answers to request 1 that must end in a typed error: title, parts, fault. */
const BROKEN: readonly (readonly [string, readonly Uint8Array[], NetlinkError['code'], RegExp])[] = [
  ['an empty part', [new Uint8Array(0)], 'Malformed', /empty/],
  ['a cut header', [GOLDEN.family.subarray(0, 10)], 'Malformed', /header is cut/],
  ['a message that is cut', [GOLDEN.family.subarray(0, 40)], 'Malformed', /claims 48 of 40/],
  ['a message of length 0', [hex('00000000 1a00 0000 01000000 00000000')], 'Malformed', /claims 0/],
  ['a message longer than all memory', [hex('ffffffff 1a00 0000 01000000 00000000')], 'Malformed', /claims 4294967295/],
  ['an answer to another request', [GOLDEN.info], 'Malformed', /request 2, not to 1/],
  ['an end without a number', [hex('12000000 0200 0000 01000000 00000000 0000')], 'Malformed', /end of an answer/],
];

for (const [title, parts, code, message] of BROKEN) {
  test(`${title} is a typed error`, (t) => {
    const { error } = ask(scripted(parts), named('family', 1));
    t.is(error?.code, code);
    t.regex(error?.message ?? '', message);
    t.true((error?.errno ?? 0) > 0);
  });
}

function* endless(): Generator<Uint8Array> {
  for (;;) yield hex('14000000 1a00 0200 01000000 00000000 34010000');
}

test('a list that never ends is left at its limit', (t) => {
  const { error, parts } = ask(scripted(endless()), named('reporters', 1));
  t.is(error?.code, 'TooLong');
  t.is(parts.length, Math.floor(LIMITS.maxBytes / 20));
});

test('no answer is waited for no longer than asked, or until cancelled', (t) => {
  t.is(ask(scripted([]), named('info', 1), { withinMs: 1 }).error?.code, 'TimedOut');
  t.is(ask(scripted([]), named('info', 1), { cancelled: () => true }).error?.code, 'Cancelled');
});

test('any bytes: an end or a typed error, within the limit', (t) => {
  const spoiled = fc
    .record({
      from: fc.constantFrom(GOLDEN.family, GOLDEN.reporters, GOLDEN.info, GOLDEN.refusal, ...GOLDEN.diagnoseParts),
      changes: fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 6 }),
      cut: fc.nat(300),
    })
    .map(({ from, changes, cut }) => {
      const bytes = from.slice();
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes.subarray(0, Math.max(0, bytes.length - cut));
    });
  const parts = fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), spoiled), { maxLength: 5 });
  fc.assert(
    fc.property(parts, fc.nat(6), (answers, sequence) => {
      const result = ask(scripted(answers), named('family', sequence), { withinMs: 1 });
      const bytes = result.parts.reduce((sum, part) => sum + part.length, 0);
      return bytes <= LIMITS.maxBytes && (result.error !== undefined || result.errno !== undefined);
    }),
    fuzzing(500),
  );
  t.pass();
});

const free = { commandBegins() {}, commandEnds() {}, cancelled: () => false };

test('this kernel knows the family of families, and says whether it has devlink', (t) => {
  const devlink = openDevlink({ pciAddress: '0000:03:00.0', access: {}, impact: 'ReadOnly', control: free });
  const question = { type: 'family' } as const;
  const answer = devlink.ask(devlink.request(question, 0), question);
  const parts: Uint8Array[] = [];
  let next = answer.next();
  for (; next.done !== true; next = answer.next()) parts.push(next.value);
  devlink.close();
  const all = Buffer.concat(parts);
  if (next.value === 0) t.true((familyIn(all) ?? 0) > 16);
  else t.is(next.value, 2, 'ENOENT: no such family');
});

test('a dump is not asked for without impact Intrusive', (t) => {
  for (const impact of ['ReadOnly', 'DebugWrite'] as const) {
    const devlink = openDevlink({ pciAddress: '0000:03:00.0', access: {}, impact, control: free });
    const question = { type: 'dump', reporter: 'fw' } as const;
    t.throws(() => devlink.ask(devlink.request(question, 0x1a), question), { message: /needs impact Intrusive/ });
    devlink.close();
  }
});
