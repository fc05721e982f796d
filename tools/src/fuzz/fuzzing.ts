import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Parameters } from 'fast-check';

/* Property tests of what reads bytes from outside. `make test` runs a slice with the same seed every time; `make fuzz` runs
 * each for a while with seeds of its own. A failure prints seed, path and the smallest input that fails. Keep that input:
 * as a file in `corpus/<target>/` beside the test, it is tried first in every run. */

/** Of a slice; any number would do. */
const SEED = 20_261_122;

/** Parameters of `fc.assert` for one target.
 * @param runs of the slice in `make test`; `NICDIAG_FUZZ_RUNS` gives another number, `NICDIAG_FUZZ_SECONDS` runs for so long
 *   with a new seed, `NICDIAG_FUZZ_SEED` repeats one
 * @param kept inputs that are tried first */
export function fuzzing<T>(runs: number, kept: readonly T[] = []): Parameters<T> {
  const seconds = numberFrom('NICDIAG_FUZZ_SECONDS');
  const seed = numberFrom('NICDIAG_FUZZ_SEED') ?? (seconds === undefined ? SEED : Date.now() & 0x7fff_ffff);
  const numRuns = numberFrom('NICDIAG_FUZZ_RUNS') ?? (seconds === undefined ? runs : Number.MAX_SAFE_INTEGER);
  return {
    seed,
    numRuns: numRuns + kept.length,
    examples: [...kept],
    includeErrorInReport: true,
    ...(seconds === undefined ? {} : { interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }),
  };
}

/** How long a test of one target may take. */
export function fuzzTimeoutMs(): number {
  return 120_000 + (numberFrom('NICDIAG_FUZZ_SECONDS') ?? 0) * 2000;
}

/** Inputs that a parser has once failed at, and others worth keeping: files of hexadecimal digits, white space and
 * comments from `#` to the end of the line.
 * @param corpus the folder of a target */
export function keptBytes(corpus: URL): readonly Uint8Array[] {
  if (!existsSync(corpus)) return [];
  const folder = fileURLToPath(corpus);
  const files = readdirSync(folder).filter((name) => name.endsWith('.hex'));
  return files.toSorted().map((name) => {
    const digits = readFileSync(`${folder}/${name}`, 'utf8').replaceAll(/#.*|\s/g, '');
    if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw new Error(`${folder}/${name} is not hexadecimal`);
    return Uint8Array.from(Buffer.from(digits, 'hex'));
  });
}

function numberFrom(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${variable} is a whole number; not "${text}"`);
  return number;
}
