/** Bytes that are not the zstd frame they should be. */
export class ZstdError extends Error {
  readonly code: 'Damaged' | 'Truncated' | 'TrailingBytes' | 'TooLong';
  constructor(code: ZstdError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ZstdError';
    this.code = code;
  }
}
