import test from 'ava';
import { createRepeated } from '../../src/http/repeated.ts';

test('the same is said once in that time, another thing beside it', (t) => {
  let now = 1_000;
  const isRepeated = createRepeated(100, () => now);
  t.false(isRepeated('blob Unavailable'));
  t.true(isRepeated('blob Unavailable'));
  t.false(isRepeated('seal Unavailable'));
  now += 99;
  t.true(isRepeated('blob Unavailable'));
  now += 1;
  t.false(isRepeated('blob Unavailable'));
  t.true(isRepeated('blob Unavailable'));
});
