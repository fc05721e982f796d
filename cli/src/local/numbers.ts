import { UsageError } from '../exitCodes.ts';

const NUMBER = /^(0x[0-9a-f]+|[0-9]+)$/i;

export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** A number of a command line, as it is written.
 * @param what for messages, e.g. `--port`
 * @throws UsageError for what is no number of 32 bits */
export function checkedNumber(what: string, text: string): string {
  if (isNumber(text) && Number(text) < 2 ** 32) return text;
  throw new UsageError(
    `${what}: ${text === '' ? 'nothing' : text} is no number from 0 to 4294967295, decimal or with 0x`,
  );
}
