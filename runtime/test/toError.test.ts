import test from 'ava';
import { errorCode, toError } from '../src/toError.ts';

test('an Error stays the same object', (t) => {
  const error = new TypeError('x');
  t.is(toError(error), error);
});

test('anything else becomes the cause of an Error that shows it', (t) => {
  t.is(toError('text').message, 'text');
  t.is(toError({ a: 1 }).message, 'a value that is not an Error was thrown: {"a":1}');
  t.deepEqual(toError({ a: 1 }).cause, { a: 1 });
  t.regex(toError(undefined).message, /undefined/);
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  t.regex(toError(cyclic).message, /\[object Object\]/);
});

test('the code of an error is its own or that of the nearest cause', (t) => {
  const inner = Object.assign(new Error('inner'), { code: 'ENOENT' });
  t.is(errorCode(inner), 'ENOENT');
  t.is(errorCode(new Error('outer', { cause: inner })), 'ENOENT');
  t.is(errorCode(new Error('none')), undefined);
  const cyclic = new Error('cyclic');
  cyclic.cause = cyclic;
  t.is(errorCode(cyclic), undefined);
});
