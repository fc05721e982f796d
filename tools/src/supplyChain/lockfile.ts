import { readFileSync } from 'node:fs';
import { REPOSITORY } from '../stack/paths.ts';

/** An entry of package-lock.json, as far as anything here asks. */
export interface LockedPackage {
  readonly version?: string;
  /** `sha512-` and base64. */
  readonly integrity?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  /** What its authors say to those who still use it. */
  readonly deprecated?: string;
  readonly os?: readonly string[];
  readonly cpu?: string | readonly string[];
  /** `glibc` or `musl`. */
  readonly libc?: readonly string[];
  readonly dev?: boolean;
  readonly optional?: boolean;
  /** A package of this repository. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** By directory: `node_modules/a/node_modules/b`, and the folders of this repository. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** Every lockfile that something is installed from: the repository's, and that of the Pulumi component. */
export const LOCKFILES = ['package-lock.json', 'pulumi/package-lock.json'] as const;

/** @default the repository's */
export function readLockfile(path: (typeof LOCKFILES)[number] = 'package-lock.json'): LockedPackages {
  const lock: { readonly packages: LockedPackages } = JSON.parse(readFileSync(`${REPOSITORY}${path}`, 'utf8'));
  return lock.packages;
}

/** What somebody else has made, by its directory. */
export function thirdParties(packages: LockedPackages): Array<[directory: string, locked: LockedPackage]> {
  return Object.entries(packages).filter(([directory, { link }]) => directory.includes('node_modules/') && !link);
}

/** `node_modules/a/node_modules/@b/c` is `@b/c`. */
export function packageName(directory: string): string {
  return directory.replace(/^.*node_modules\//, '');
}
