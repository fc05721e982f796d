import test from 'ava';
import fc from 'fast-check';
import { type FailedCall, maxAttempts, parseRetryAfter, retryDelay } from '../src/retryPolicy.ts';

const base: FailedCall = { method: 'GET', attempt: 1, status: 0, replayable: true };

for (const [name, call, repeated] of [
  ['a refused POST', { method: 'POST', status: 429 }, true],
  ['a refused connection, any method', { method: 'POST', transport: 'ECONNREFUSED' }, true],
  ['a reset read', { method: 'GET', transport: 'ECONNRESET' }, true],
  ['a reset write: it may have been executed', { method: 'PATCH', transport: 'ECONNRESET' }, false],
  ['a read from an unavailable server', { method: 'GET', status: 503 }, true],
  ['a write to an unavailable server', { method: 'PUT', status: 503 }, false],
  ['an internal error', { method: 'GET', status: 500 }, false],
  ['a conflict', { method: 'PUT', status: 409 }, false],
  ['a stream body', { method: 'POST', status: 429, replayable: false }, false],
  ['the last attempt', { method: 'GET', status: 503, attempt: maxAttempts }, false],
  ['a server that asks for minutes', { method: 'GET', status: 429, retryAfterMs: 300_000 }, false],
] as const) {
  test(`${name} is ${repeated ? '' : 'not '}repeated`, (t) => {
    t.is(retryDelay({ ...base, ...call }, 0.5) !== undefined, repeated);
  });
}

test('Retry-After is a floor, whatever the jitter', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 30_000 }),
      fc.integer({ min: 1, max: maxAttempts - 1 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (retryAfterMs, attempt, random) => {
        const wait = retryDelay({ ...base, status: 429, attempt, retryAfterMs }, random);
        return wait !== undefined && wait >= retryAfterMs && wait <= retryAfterMs + 4_000;
      },
    ),
  );
  t.pass();
});

test('Retry-After is understood as seconds and as a date', (t) => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  t.is(parseRetryAfter('3', now), 3000);
  t.is(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now), 5000);
  t.is(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  t.is(parseRetryAfter('soon', now), undefined);
  t.is(parseRetryAfter(undefined, now), undefined);
});
