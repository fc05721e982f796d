/** Registers whose `counter_set` counts up since the last clear or reset. */
const COUNTER_REGISTERS: ReadonlySet<string> = new Set(['PPCNT', 'MPCNT']);

/** Values in there that are no counts: bit error rates, as magnitude and coefficient. */
const NO_COUNT = /(_magnitude|_coef)$/;

/** Whether a field counts events, so that a difference is a number of events and has a rate.
 * @param path as in `flatten` */
export function isCounter(register: string, path: string): boolean {
  return COUNTER_REGISTERS.has(register) && path.startsWith('counter_set.') && !NO_COUNT.test(path);
}
