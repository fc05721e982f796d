/** Milliseconds of each unit that Go's `time.ParseDuration` knows, largest first. */
const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
  ['us', 0.001],
  ['µs', 0.001],
  ['ns', 0.000_001],
] as const;

const UNIT_MS: ReadonlyMap<string, number> = new Map(UNITS);

const DURATION = /^(?:\d+(?:\.\d+)?(?:h|m(?!s)|s|ms|us|µs|ns))+$/;
const PART = /(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g;

export class DurationError extends Error {
  override readonly name = 'DurationError';
  readonly code = 'InvalidDuration';
  constructor(text: string) {
    super(`"${text}" is not a duration; write it as in Go, for example 90s, 10m, 1h30m or 100us`);
  }
}

/** Reads a duration as Go writes it (`10m`, `1h30m`, `1.5s`, `100us`, `0`), never negative.
 * @returns milliseconds, with a fraction for what is shorter
 * @throws DurationError */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (!DURATION.test(text)) throw new DurationError(text);
  let total = 0;
  for (const [, number, unit] of text.matchAll(PART)) {
    total += Number(number) * (UNIT_MS.get(unit ?? '') ?? Number.NaN);
  }
  if (!Number.isFinite(total)) throw new DurationError(text);
  return total;
}

/** The shortest text from which `parseDuration` reads the same time, to the nanosecond: `90000` → `1m30s`.
 * @param milliseconds 0 or more */
export function formatDuration(milliseconds: number): string {
  let nanoseconds = BigInt(Math.round(milliseconds * 1e6));
  if (nanoseconds === 0n) return '0s';
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS) {
    if (unit === 'µs') continue;
    const size = BigInt(Math.round(unitMs * 1e6));
    const count = nanoseconds / size;
    if (count > 0n) parts.push(`${count}${unit}`);
    nanoseconds -= count * size;
  }
  return parts.join('');
}
