import test from 'ava';
import { makeOutputDirectory } from '../../src/download/outputDirectory.ts';

test('a directory that cannot be is said at once: below /proc, where every new name is ENOENT', async (t) => {
  t.timeout(10_000);
  await t.throwsAsync(makeOutputDirectory('/proc/nicdiag/a'), {
    message: 'nothing can be written into /proc/nicdiag/a: it cannot be written (ENOENT)',
  });
});
