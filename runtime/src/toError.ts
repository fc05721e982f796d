/** The one place where an unknown thrown value becomes an `Error`.
 * An `Error` comes back as it is; anything else is kept as `cause`. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  if (typeof thrown === 'string') return new Error(thrown);
  return new Error(`a value that is not an Error was thrown: ${describe(thrown)}`, { cause: thrown });
}

/** `code` of an error (`ENOENT`, `InvalidDuration`), also from the nearest cause that has one. */
export function errorCode(thrown: unknown): string | undefined {
  let current = thrown;
  // Eight is deeper than any chain we build; a cyclic cause must not hang the caller.
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
