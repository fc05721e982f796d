import { licenceProblems } from './licences.ts';
import { readLockfile } from './lockfile.ts';
import { lockfileProblems } from './lockfileProblems.ts';

/* `main.ts`: judges what package-lock.json would install; a part of `make check`. */
const packages = readLockfile();
const problems = [...lockfileProblems(packages), ...licenceProblems(packages)];
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
