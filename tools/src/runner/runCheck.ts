import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { privateMounts } from '../privateMounts.ts';
import { REPOSITORY } from '../stack/paths.ts';
import type { Check } from './checks.ts';
import { type Counts, createTapTally } from './tapTally.ts';

export interface CheckResult {
  readonly counts: Counts;
  /** What failed, by its title. */
  readonly failures: readonly string[];
}

/** Each test file is a process, and many start programs: without this half of the time in which they start goes into
 * compiling the same sources again. */
const COMPILE_CACHE = `${REPOSITORY}.test/compiled`;

/** Runs one check and says what a person should read of it while it runs. */
export async function runCheck(
  check: Check,
  patterns: readonly string[],
  say: (line: string) => void,
): Promise<CheckResult> {
  const began = Date.now();
  say(`— ${check.title}`);
  const result = check.kind === 'tap' ? await runTap(check, patterns, say) : await runWhole(check, say);
  const { passed, failed, skipped } = result.counts;
  say(`  ${Math.round((Date.now() - began) / 1000)} s: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  return result;
}

async function runWhole({ command, title }: Check, say: (line: string) => void): Promise<CheckResult> {
  const code = await run(command, {}, say);
  if (code === 0) return { counts: { passed: 1, failed: 0, skipped: 0 }, failures: [] };
  return { counts: { passed: 0, failed: 1, skipped: 0 }, failures: [title] };
}

async function runTap(check: Check, patterns: readonly string[], say: (line: string) => void): Promise<CheckResult> {
  const { prefix, env } = check.needs === 'nothing' ? { prefix: [], env: {} } : privateMounts();
  const [program = '', ...args] = [...prefix, ...check.command, ...(patterns.length > 0 ? patterns : check.patterns)];
  const tally = createTapTally();
  const code = await run([program, ...args], { ...env, NODE_COMPILE_CACHE: COMPILE_CACHE }, (line) => {
    const readable = tally.line(line);
    if (readable !== undefined) say(readable);
  });
  const { counts, failures } = tally;
  if (code === 0 || counts.failed > 0) return { counts, failures };
  // What runs the tests failed: no test file found, a file that does not load.
  const failure = `${check.title}: ${basename(check.command[1] ?? check.command[0])} ended with ${code}`;
  return { counts: { ...counts, failed: 1 }, failures: [failure] };
}

/** Runs a command and hands over its output line by line.
 * @returns its exit code, -1 when it was killed */
async function run(
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  line: (text: string) => void,
): Promise<number> {
  const child = spawn(program, args, {
    cwd: REPOSITORY,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const streams = [child.stdout, child.stderr].map((stream) => createInterface({ input: stream }).on('line', line));
  const closed = streams.map((stream) => new Promise((resolve) => stream.once('close', resolve)));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? -1));
  });
  await Promise.all(closed);
  return code;
}
