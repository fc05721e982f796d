/** The spool on the node could not take or give data. */
export class SpoolError extends Error {
  /** `SpoolFull`: the file system has no room; what was flushed is kept. `SpoolFailed`: any other I/O error. */
  readonly code: 'SpoolFull' | 'SpoolFailed';
  constructor(code: SpoolError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SpoolError';
    this.code = code;
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export function spoolErrorFrom(cause: unknown, what: string): SpoolError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const text = cause instanceof Error ? cause.message : String(cause);
  return FULL.has(code)
    ? new SpoolError('SpoolFull', `${what}: the file system is full (${code}); free space in the state directory`, {
        cause,
      })
    : new SpoolError('SpoolFailed', `${what}: ${text}`, { cause });
}
