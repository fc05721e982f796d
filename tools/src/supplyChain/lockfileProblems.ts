import { type LockedPackage, type LockedPackages, packageName } from './lockfile.ts';

/** Packages with an install script that is never run, and why they work without it. */
const SCRIPTED: Readonly<Record<string, string>> = {
  esbuild: 'its script only looks whether the package with its program for this platform is there',
  koffi: 'its script only builds what the package for this platform brings built',
  '@pulumi/kubernetes': 'its script only fetches the plugin of an engine, which who runs Pulumi has',
  protobufjs: 'its script only warns of a version that a dependent asks for',
};

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
/** One checksum, whole: npm takes any of several, and a prefix alone checks nothing. */
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** What in a lockfile would let something in that nobody has seen: versions that move, content without a checksum,
 * scripts that run at installation, packages from elsewhere, packages that their authors have given up. */
export function lockfileProblems(packages: LockedPackages): string[] {
  return Object.entries(packages).flatMap(([directory, locked]) =>
    directory.includes('node_modules/') ? thirdParty(directory, locked, packages) : ownPackage(directory, locked),
  );
}

function thirdParty(directory: string, locked: LockedPackage, packages: LockedPackages): string[] {
  if (locked.link === true)
    return isOwnFolder(locked.resolved, packages)
      ? []
      : [`${directory}: it links to ${locked.resolved}, which is no package of this repository`];
  const name = packageName(directory);
  const problems: string[] = [];
  const { version = 'none', integrity, resolved, hasInstallScript, deprecated } = locked;
  if (!EXACT.test(version)) problems.push(`the version ${version} is not exact`);
  if (integrity === undefined ? isInstalledHere(locked) : !SHA512.test(integrity))
    problems.push('it has no SHA-512 checksum');
  if (hasInstallScript === true && !Object.hasOwn(SCRIPTED, name)) problems.push('it has an install script');
  if (resolved !== undefined) problems.push(`it names where it is from, ${resolved}`);
  if (deprecated !== undefined) problems.push(`its authors have given it up: ${deprecated}`);
  return problems.map((problem) => `${directory}: ${problem}`);
}

/** Whether npm would install it on Linux with glibc, on which nicdiag is built, tested and released. Mirrors do not carry
 * every platform's variant of a package, and npm leaves those without a checksum; it installs them all the same where
 * they fit (npm 11.19 does), so who works on macOS, Windows or musl has them unchecked. */
function isInstalledHere({ optional = false, os = [], libc = [] }: LockedPackage): boolean {
  // `!win32` is a list of the others.
  const excludes = (listed: readonly string[], ours: string): boolean =>
    listed.length > 0 &&
    !listed.includes(ours) &&
    (listed.includes(`!${ours}`) || !listed.some((one) => one.startsWith('!')));
  const elsewhere = excludes(os, 'linux') || excludes(libc, 'glibc');
  return !(optional && elsewhere);
}

function isOwnFolder(folder: string | undefined, packages: LockedPackages): boolean {
  return folder !== undefined && /^[\w-]+$/.test(folder) && Object.hasOwn(packages, folder);
}

function ownPackage(
  directory: string,
  { dependencies, devDependencies, optionalDependencies }: LockedPackage,
): string[] {
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `${directory || 'package.json'}: ${name} ${version} is not exact`);
}
