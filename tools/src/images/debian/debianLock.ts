import { readFileSync } from 'node:fs';
import { REPOSITORY } from '../../stack/paths.ts';

/** Debian's name of an architecture. */
export type DebianArchitecture = 'amd64' | 'arm64';

/** What the base is made of: names and licences, in `images/debian.json`. */
export interface DebianBase {
  readonly suites: readonly string[];
  /** SPDX expressions, by package. */
  readonly packages: Readonly<Record<string, string>>;
}

export interface LockedDebianPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** Which versions, exactly: `images/debian.lock.json`, written by updateLock.ts. */
export interface DebianLock {
  /** RFC 3339; of the archive's lists. Files of the base have this time, so that they change with the base only. */
  readonly date: string;
  readonly packages: Readonly<Record<DebianArchitecture, readonly LockedDebianPackage[]>>;
}

export const LOCK_PATH = `${REPOSITORY}images/debian.lock.json`;

export function readDebianBase(): DebianBase {
  return JSON.parse(readFileSync(`${REPOSITORY}images/debian.json`, 'utf8'));
}

export function readDebianLock(): DebianLock {
  return JSON.parse(readFileSync(LOCK_PATH, 'utf8'));
}
