import test from 'ava';
import { ApiError, isTransient, readApiError, readRetryAfter } from '../../src/apiServer/apiError.ts';

const status = (code: number): ApiError => new ApiError('GET /x', { status: code, code: 'X', message: 'x' });

for (const [what, error, transient] of [
  ['no answer', new Error('ECONNREFUSED'), true],
  ['a cancelled request', Object.assign(new Error('aborted'), { name: 'AbortError' }), false],
  ['500', status(500), true],
  ['503', status(503), true],
  ['429', status(429), true],
  ['401', status(401), true],
  ['403: roles may not be in force yet', status(403), true],
  ['404', status(404), false],
  ['409', status(409), false],
  ['422', status(422), false],
  ['no error', 'text', false],
] as const) {
  test(`${what} is ${transient ? '' : 'not '}worth a repetition`, (t) => {
    t.is(isTransient(error), transient);
  });
}

test('a Status is read, anything else is quoted', (t) => {
  const body = JSON.stringify({ kind: 'Status', reason: 'Conflict', message: 'the object has been modified' });
  t.like(readApiError('PATCH /x', 409, body, '2'), { code: 'Conflict', status: 409, retryAfterMs: 2000 });
  t.like(readApiError('GET /x', 502, '<html>', undefined), { code: 'Http502', message: 'GET /x: 502 Http502: <html>' });
  t.is(readRetryAfter('soon'), undefined);
  t.is(readRetryAfter('0'), 0);
});
