import test from 'ava';
import fc from 'fast-check';
import {
  AUTHORITY_LIFE_MS,
  AUTHORITY_RENEWED_MS,
  type Certificates,
  decideCertificates,
  SERVER_LIFE_MS,
  SERVER_RENEWED_MS,
  TRUSTED_AFTER_MS,
} from '../../src/certificates/decide.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const NAMES = ['nicdiag-artifacts.nicdiag-system.svc'];
const authority = { untilMs: NOW + AUTHORITY_LIFE_MS };
const ending = { untilMs: NOW + AUTHORITY_RENEWED_MS };
const server = { untilMs: NOW + SERVER_LIFE_MS, names: NAMES, signed: true };

const CASES: ReadonlyArray<readonly [string, Certificates, ...ReturnType<typeof decision>]> = [
  ['nothing is there', { authority: undefined, next: undefined, server: undefined }, 'new', true],
  ['all is good', { authority, next: undefined, server }, 'keep', false],
  ['there is no server’s certificate', { authority, next: undefined, server: undefined }, 'keep', true],
  [
    'it ends soon',
    { authority, next: undefined, server: { ...server, untilMs: NOW + SERVER_RENEWED_MS } },
    'keep',
    true,
  ],
  ['another authority signed it', { authority, next: undefined, server: { ...server, signed: false } }, 'keep', true],
  ['a name is not in it', { authority, next: undefined, server: { ...server, names: ['other'] } }, 'keep', true],
  [
    'more names than asked for are in it',
    { authority, next: undefined, server: { ...server, names: [...NAMES, 'b'] } },
    'keep',
    false,
  ],
  ['the authority is in its last year', { authority: ending, next: undefined, server }, 'next', false],
  ['its successor is not known everywhere', { authority: ending, next: { fromMs: NOW - 1 }, server }, 'keep', false],
  ['its successor is known', { authority: ending, next: { fromMs: NOW - TRUSTED_AFTER_MS }, server }, 'promote', true],
  ['the authority has ended', { authority: { untilMs: NOW }, next: undefined, server }, 'new', true],
  [
    'it has ended, and a successor waits',
    { authority: { untilMs: NOW }, next: { fromMs: NOW }, server },
    'promote',
    true,
  ],
];

function decision(state: Certificates) {
  const { authority: step, issue } = decideCertificates(state, NAMES, NOW);
  return [step, issue] as const;
}

for (const [when, state, ...expected] of CASES) {
  test(`when ${when}: ${expected[0]}${expected[1] ? ', and a certificate is issued' : ''}`, (t) => {
    t.deepEqual(decision(state), expected);
  });
}

test('over twenty-five years there is never a moment at which what is served is not trusted, or has ended', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 60_000, max: 20 * 24 * 3_600_000 }), (lookMs) => {
      type Made = { readonly id: number; readonly fromMs: number; readonly untilMs: number };
      let id = 0;
      let current: Made | undefined;
      let next: Made | undefined;
      let served: { readonly by: number; readonly untilMs: number } | undefined;
      const make = (nowMs: number): Made => ({ id: id++, fromMs: nowMs, untilMs: nowMs + AUTHORITY_LIFE_MS });
      for (let nowMs = 0; nowMs < 25 * 365 * 24 * 3_600_000; nowMs += lookMs) {
        const state: Certificates = {
          authority: current,
          next,
          server: served && { untilMs: served.untilMs, names: NAMES, signed: served.by === current?.id },
        };
        if (served !== undefined && (served.untilMs <= nowMs || served.by !== current?.id)) return false;
        const plan = decideCertificates(state, NAMES, nowMs);
        if (plan.authority === 'new') current = make(nowMs);
        if (plan.authority === 'next') next = make(nowMs);
        if (plan.authority === 'promote') {
          // Trusted long enough before it signs.
          if (next === undefined || nowMs - next.fromMs < TRUSTED_AFTER_MS) return false;
          [current, next] = [next, undefined];
        }
        if (plan.issue && current) served = { by: current.id, untilMs: nowMs + SERVER_LIFE_MS };
      }
      return id === 3;
    }),
    { numRuns: 30 },
  );
  t.pass();
});
