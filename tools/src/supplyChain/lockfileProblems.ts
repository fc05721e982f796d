import { type LockedPackage, type LockedPackages, packageName } from './lockfile.ts';

/** Packages with an install script that is never run, and why they work without it. */
const SCRIPTED: Readonly<Record<string, string>> = {
  esbuild: 'its script only looks whether the package with its program for this platform is there',
  koffi: 'its script only builds what the package for this platform brings built',
};

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** What in a lockfile would let something in that nobody has seen: versions that move, content without a checksum,
 * scripts that run at installation, packages from elsewhere, packages that their authors have given up. */
export function lockfileProblems(packages: LockedPackages): string[] {
  return Object.entries(packages).flatMap(([directory, locked]) =>
    directory.includes('node_modules/') ? thirdParty(directory, locked) : ownPackage(directory, locked),
  );
}

function thirdParty(directory: string, locked: LockedPackage): string[] {
  // A link to a folder of this repository.
  if (locked.link === true) return [];
  const name = packageName(directory);
  const problems: string[] = [];
  const { version = 'none', integrity, resolved, hasInstallScript, deprecated } = locked;
  if (!EXACT.test(version)) problems.push(`the version ${version} is not exact`);
  if (integrity === undefined ? isInstalled(locked) : !integrity.startsWith('sha512-'))
    problems.push('it has no SHA-512 checksum');
  if (hasInstallScript === true && !Object.hasOwn(SCRIPTED, name)) problems.push('it has an install script');
  if (resolved !== undefined) problems.push(`it names where it is from, ${resolved}`);
  if (deprecated !== undefined) problems.push(`its authors have given it up: ${deprecated}`);
  return problems.map((problem) => `${directory}: ${problem}`);
}

/** Whether it may be installed somewhere: mirrors do not carry every platform's variant of a package, and npm keeps those
 * in the lockfile without a checksum, with which it will not install them. */
function isInstalled({ optional = false, os, cpu }: LockedPackage): boolean {
  return !(optional && os !== undefined && cpu !== undefined);
}

function ownPackage(
  directory: string,
  { dependencies, devDependencies, optionalDependencies }: LockedPackage,
): string[] {
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${directory || 'package.json'}: ${name} ${version} is not exact`);
}
