import { createHash } from 'node:crypto';
import { type Digest, digestFromHex } from '../digest.ts';
import type { CaptureIdentity } from '../manifest/deviceManifest.ts';
import { ManifestError } from '../manifest/manifestError.ts';
import { decompress } from '../zstd/decompress.ts';
import { ZstdError } from '../zstd/zstdError.ts';
import { type BundleExpectation, createBundleExpectation, type Expected } from './bundleExpectation.ts';
import { readTar, type TarEntry } from './readTar.ts';

export interface BundleReport {
  /** Absent when the bundle does not begin with a readable capture manifest. */
  readonly capture?: CaptureIdentity;
  readonly revision?: number;
  /** Digest of the newest capture manifest. */
  readonly digest?: Digest;
  /** Whether `expectedDigest` is that digest, or one of an older revision that the newest descends from. */
  readonly matches?: 'newest' | 'older' | 'no';
  readonly devices: number;
  readonly blobs: number;
  /** Uncompressed bytes of all files. */
  readonly bytes: number;
  /** Empty when every blob is what its device manifest says, every device manifest what the capture manifest says, and
   * the capture manifest what was expected. */
  readonly problems: readonly BundleProblem[];
}

export interface BundleProblem {
  /** Path in the bundle; absent for the bundle as a whole. */
  readonly path?: string;
  readonly message: string;
}

export interface VerifyOptions {
  /** `status.manifest.digest` of the capture. Without it nothing says that the bundle is the one that was sealed. */
  readonly expectedDigest?: Digest;
  /** Gets the bytes of every file that the manifests announce, e.g. to extract them. The path is safe: it is made of
   * names that passed the manifest's parser. What it was given counts only if the report has no problems. */
  readonly sink?: (path: string, body: AsyncIterable<Uint8Array>) => Promise<void>;
}

/** Reads a whole `.tar.zst` once and checks everything in it; memory is bounded by the manifests.
 * @throws only what `source` or `sink` throws: what is wrong with the bundle is in the report */
export async function verifyBundle(
  source: AsyncIterable<Uint8Array>,
  options: VerifyOptions = {},
): Promise<BundleReport> {
  const expectation = createBundleExpectation();
  const counts = { devices: 0, blobs: 0, bytes: 0 };
  const problems: BundleProblem[] = [];
  try {
    for await (const entry of readTar(decompress(source))) {
      const { kind, size, problem } = await checkEntry(entry, expectation, options.sink);
      if (problem !== undefined) problems.push({ path: entry.path, message: problem });
      counts.bytes += size;
      if (kind === 'deviceManifest') counts.devices += 1;
      if (kind === 'blob') counts.blobs += 1;
    }
  } catch (error) {
    if (!(error instanceof ZstdError) && !isTarError(error)) throw error;
    problems.push({ message: `the bundle cannot be read to its end: ${error.message}` });
  }
  return { ...counts, ...conclude(expectation, problems, options.expectedDigest) };
}

interface CheckedEntry {
  readonly kind?: Expected['kind'];
  readonly size: number;
  readonly problem?: string;
}

async function checkEntry(
  { path, type, size, body }: TarEntry,
  expectation: BundleExpectation,
  sink: VerifyOptions['sink'],
): Promise<CheckedEntry> {
  if (type !== 'file') return { size: 0, problem: `is a ${type}; a bundle has files only` };
  const expected = expectation.expect(path);
  if (expected === undefined) return { size, problem: 'no manifest speaks of this file' };
  const { kind } = expected;
  const limit = 'maxSize' in expected ? expected.maxSize : expected.size;
  if (size > limit) return { kind, size, problem: `has ${size} bytes, at most ${limit} were expected` };
  const hash = createHash('sha256');
  const kept: Uint8Array[] = [];
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hash.update(chunk);
      if (kind !== 'blob') kept.push(chunk);
      yield chunk;
    }
  }
  if (sink === undefined) for await (const _ of hashed());
  else await sink(path, hashed());
  const found = digestFromHex(hash.digest('hex'));
  if ('digest' in expected && (found !== expected.digest || size !== expected.size)) {
    return {
      kind,
      size,
      problem: `is ${found} of ${size} bytes, the manifest says ${expected.digest} of ${expected.size}`,
    };
  }
  try {
    if (kind !== 'blob') expectation.learn(path, Buffer.concat(kept));
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return { kind, size, problem: error.message };
  }
  return { kind, size };
}

function conclude(
  expectation: BundleExpectation,
  found: readonly BundleProblem[],
  expectedDigest: Digest | undefined,
): Omit<BundleReport, 'devices' | 'blobs' | 'bytes'> {
  const { manifest, digest } = expectation;
  if (manifest === undefined || digest === undefined) {
    const problems = found.length > 0 ? found : [{ message: 'the bundle is empty' }];
    return { problems };
  }
  const problems = [
    ...found,
    ...expectation.missing.map((path) => ({ path, message: 'is missing' })),
    ...expectation.chainProblems.map((message) => ({ message })),
  ];
  const base = { capture: manifest.capture, revision: manifest.revision, digest };
  if (expectedDigest === undefined) return { ...base, problems };
  const matches =
    expectedDigest === digest ? 'newest' : expectation.revisions.includes(expectedDigest) ? 'older' : 'no';
  if (matches === 'no') {
    problems.push({ message: `the capture manifest is ${digest}, but the capture's status says ${expectedDigest}` });
  }
  return { ...base, matches, problems };
}

/** tar-stream throws plain Errors; these are all that it has for bad archives. */
function isTarError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /^(Invalid (tar )?header|Header exceeds max size|Unexpected end of data)/.test(error.message)
  );
}
