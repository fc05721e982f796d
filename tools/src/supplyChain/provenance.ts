import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BuildInfo } from '../images/buildInfo.ts';
import { REPOSITORY } from '../stack/paths.ts';

/** A file or an image that was built. */
export interface Subject {
  readonly name: string;
  /** Hex digits. */
  readonly sha256: string;
}

/** What whoever builds again must give `make release` to have the same bytes. */
export interface ReleaseParameters {
  readonly registry: string;
  readonly releaseUrl: string;
}

/** What decides what a build makes, beside the source itself; all are part of it. */
const LOCKS = ['package-lock.json', 'images/debian.lock.json'] as const;

/** Says what was built from what: an in-toto statement with a SLSA predicate. It names no time and no machine, so that
 * whoever builds the same source again can compare it; who vouches for it signs it.
 * @source https://in-toto.io/Statement/v1, https://slsa.dev/provenance/v1 */
export function provenance(
  subjects: readonly Subject[],
  { version, commit }: BuildInfo,
  { registry, releaseUrl }: ReleaseParameters,
): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://nicdiag.dev/build/make-release/v1',
        externalParameters: { target: 'release', version, registry, releaseUrl },
        internalParameters: { node: process.versions.node },
        resolvedDependencies: [
          { name: 'source', digest: { gitCommit: commit } },
          ...LOCKS.map((name) => ({ name, digest: { sha256: sha256Of(`${REPOSITORY}${name}`) } })),
        ],
      },
      runDetails: { builder: { id: 'https://nicdiag.dev/build/make-release/v1' } },
    },
  };
  return `${JSON.stringify(statement)}\n`;
}

function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
