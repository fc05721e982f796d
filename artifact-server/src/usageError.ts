/** A command line that cannot be used; the message says which flag. */
export class UsageError extends Error {
  readonly code = 'Usage';
}

/** @throws UsageError when the flag was not given or is empty */
export function given<K extends string>(values: { readonly [P in K]?: string | undefined }, flag: K): string {
  const value = values[flag];
  if (value === undefined || value === '') throw new UsageError(`--${flag} is required`);
  return value;
}

/** @throws UsageError that says the flag and what `parse` says */
export function checked(flag: string, value: string, parse: (text: string) => unknown): string {
  try {
    parse(value);
    return value;
  } catch (cause) {
    throw new UsageError(`--${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
