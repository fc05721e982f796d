/** `NICDIAG_CRASH_AT=<name>` or `<name>:<n>`: die at the n-th pass (default the first) of that point. */
const CRASH_AT = 'NICDIAG_CRASH_AT';

const planned = parsePlan(process.env[CRASH_AT]);
let passes = 0;

/** A named place at which a test may kill this program as `kill -9` would: no handler runs, nothing is flushed.
 * Crashes are injected by name, not by time, so that every run of a test dies at the same instruction.
 * Each program lists its names in one table. Costs one comparison when nothing is planned. */
export function crashPoint(name: string): void {
  if (planned === undefined || planned.name !== name) return;
  passes += 1;
  if (passes === planned.pass) process.kill(process.pid, 'SIGKILL');
}

/** @returns undefined for no text; the pass defaults to 1 */
export function parsePlan(text: string | undefined): { readonly name: string; readonly pass: number } | undefined {
  if (text === undefined || text === '') return undefined;
  const match = /^([^:]+)(?::(\d+))?$/.exec(text);
  if (match?.[1] === undefined) throw new Error(`${CRASH_AT}="${text}": expected <name> or <name>:<pass>`);
  return { name: match[1], pass: Number(match[2] ?? '1') };
}
