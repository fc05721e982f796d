import { auditLockfiles } from './auditLockfiles.ts';

/* `main.ts FOLDER`, `make audit DB=FOLDER`: known vulnerabilities of what the lockfiles pin, by an export of OSV. */
const [folder = ''] = process.argv.slice(2);
try {
  const { problems, records, newest } = auditLockfiles(folder);
  for (const problem of problems) console.log(problem);
  console.log(`${problems.length} known vulnerabilities, by ${records} records up to ${newest}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} catch (error) {
  console.error(`no audit: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
