import test from 'ava';
import { createReadiness } from '../src/readiness.ts';

test('the agent is ready when each step has happened once, in any order', (t) => {
  const readiness = createReadiness();
  t.is(readiness.missing().length, 3);
  readiness.waits('/var/lib/nicdiag is in use');
  t.is(readiness.missing()[0], '/var/lib/nicdiag is in use');
  readiness.done('inbox');
  readiness.done('lock');
  t.deepEqual(readiness.missing(), ['the devices are not published yet']);
  readiness.done('devices');
  readiness.done('inbox');
  t.deepEqual(readiness.missing(), []);
});
