import { createLogger } from '@nicdiag/runtime';
import test from 'ava';
import { trimMemory } from '../../src/memory/trimMemory.ts';
import { trimWhenQuiet } from '../../src/memory/trimWhenQuiet.ts';

const logger = createLogger({ program: 'test', level: 'error' });
/** What is tested keeps no process alive. */
const awake = setInterval(() => {}, 1_000);
test.after.always(() => clearInterval(awake));

/** Something to trim, counted. */
function counted() {
  const first = Promise.withResolvers<void>();
  const trims = { count: 0, first: first.promise };
  const trim = async (): Promise<void> => {
    trims.count += 1;
    first.resolve();
  };
  return { trims, trim };
}

/** A timer that is begun later and as long is due later: others that were to act have acted. */
async function laterThan(quietMs: number): Promise<void> {
  const { trims, trim } = counted();
  using witness = trimWhenQuiet({ busy: () => false, trim, logger, quietMs });
  witness.worked();
  await trims.first;
}

test('memory is given back once after work, and not while there is more of it', async (t) => {
  const { trims, trim } = counted();
  const answers = [true, true, true];
  using quiet = trimWhenQuiet({ busy: () => answers.pop() ?? false, trim, logger, quietMs: 5 });
  quiet.worked();
  quiet.worked();
  await trims.first;
  t.deepEqual(answers, []);
  await laterThan(5);
  t.is(trims.count, 1);
});

test('nothing is done when nobody worked, nor after it was disposed of', async (t) => {
  const { trims, trim } = counted();
  {
    using _never = trimWhenQuiet({ busy: () => false, trim, logger, quietMs: 1 });
    using disposed = trimWhenQuiet({ busy: () => false, trim, logger, quietMs: 1 });
    disposed.worked();
  }
  await laterThan(1);
  t.is(trims.count, 0);
});

test('the C library has the function', async (t) => {
  await t.notThrowsAsync(trimMemory());
});
