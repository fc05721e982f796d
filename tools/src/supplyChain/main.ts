import { licenceProblems } from './licences.ts';
import { LOCKFILES, readLockfile } from './lockfile.ts';
import { lockfileProblems } from './lockfileProblems.ts';

/* `main.ts`: judges what the lockfiles would install; a part of `make check`. */
const problems = LOCKFILES.flatMap((lockfile) => {
  const packages = readLockfile(lockfile);
  return [...lockfileProblems(packages), ...licenceProblems(packages)].map((problem) => `${lockfile}: ${problem}`);
});
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
