import { UsageError } from '../exitCodes.ts';

/** Of 32 bits. */
export const MOST_NUMBER = 2 ** 32 - 1;

/** What a number of a command line may be. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  /** It is a multiple of this. Default 1. */
  readonly step?: number;
}

const NUMBER = /^(0x[0-9a-f]+|[0-9]+)$/i;

export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** A number of a command line, as it is written.
 * @param what for messages, e.g. `--port`
 * @throws UsageError for what is no number of 32 bits */
export function checkedNumber(what: string, text: string): string {
  if (isNumber(text) && Number(text) <= MOST_NUMBER) return text;
  throw new UsageError(
    `${what}: ${text === '' ? 'nothing' : text} is no number from 0 to ${MOST_NUMBER}, decimal or with 0x`,
  );
}

/** A number of a command line by its value.
 * @param what for messages, e.g. `--limit`
 * @throws UsageError for what is no number, or none of the range */
export function numberWithin(what: string, text: unknown, { least, most, step = 1 }: NumberRange): number {
  const value = typeof text === 'string' && isNumber(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most && value % step === 0) return value;
  const kind = step === 1 ? 'a number' : `a multiple of ${step}`;
  throw new UsageError(
    `${what} must be ${kind} from ${least} to ${most}, not ${text === '' ? 'nothing' : String(text)}`,
  );
}
