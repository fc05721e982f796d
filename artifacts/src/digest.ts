import { createHash } from 'node:crypto';

/** `sha256:` and 64 lower-case hex digits, over uncompressed bytes. */
export type Digest = `sha256:${string}`;

export const SHA256_HEX_PATTERN = /^[0-9a-f]{64}$/;
export const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/;

export function isDigest(value: string): value is Digest {
  return DIGEST_PATTERN.test(value);
}

export function digestOf(bytes: Uint8Array): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'));
}

/** @param hex 64 lower-case hex digits */
export function digestFromHex(hex: string): Digest {
  return `sha256:${hex}`;
}

/** The 64 hex digits, as they stand in paths. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
