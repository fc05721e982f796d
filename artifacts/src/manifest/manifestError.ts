/** A manifest, or a request's JSON, that cannot be taken. The message names the field. */
export class ManifestError extends Error {
  readonly code: 'NotJson' | 'NotCanonical' | 'TooLarge' | 'UnknownSchema' | 'Invalid';
  constructor(code: ManifestError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ManifestError';
    this.code = code;
  }
}
