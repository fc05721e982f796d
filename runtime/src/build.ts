import manifest from '../package.json' with { type: 'json' };

/** What a build writes into a bundled program. */
export interface Build {
  readonly version: string;
  /** Of the source, with `-modified` when the checkout differed from it. */
  readonly commit: string;
  /** Version of the layout data that belongs to it. */
  readonly layouts: string;
}

/** Put in by the bundler (tools/src/bundle). */
declare const NICDIAG_BUILD: Build;

/** Undefined for a program that runs from source. */
export const BUILD: Build | undefined = typeof NICDIAG_BUILD === 'undefined' ? undefined : NICDIAG_BUILD;

/** All packages of the project have the same version. */
export const VERSION: string = BUILD?.version ?? manifest.version;

/** What `--version` answers: one line, for people and for bug reports. */
export function versionLine(program: string): string {
  const from = BUILD === undefined ? 'from source' : `commit ${BUILD.commit}, layouts ${BUILD.layouts}`;
  return `${program} ${VERSION} (${from}, node ${process.versions.node}, ${process.platform}/${process.arch})`;
}
