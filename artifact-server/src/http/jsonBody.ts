import { ArtifactError, ManifestError } from '@nicdiag/artifacts';

/** @throws ArtifactError `BadRequest` that names the field */
export function parseJsonBody<T>(bytes: Uint8Array, parse: (value: unknown) => T): T {
  try {
    return parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    if (cause instanceof ManifestError) throw new ArtifactError('BadRequest', cause.message, { cause });
    if (cause instanceof SyntaxError) throw new ArtifactError('BadRequest', 'the body is not JSON', { cause });
    throw cause;
  }
}
