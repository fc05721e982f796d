import { type LockedPackages, packageName, thirdParties } from './lockfile.ts';

/** Licences under which a package may be part of this project: permissive, none that reaches what is linked with it. Names
 * of the SPDX list. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** Packages whose licence the lockfile does not name, or that only give data: looked at by hand, in this version. */
const LOOKED_AT: ReadonlySet<string> = new Set([
  // LICENSE is the text of MIT.
  '@logdna/tail-file 2.2.0',
  // CC-BY-3.0: a list of names, not code.
  'spdx-exceptions 2.5.0',
]);

/** Packages that may not be used for their licence, with what to do. */
export function licenceProblems(packages: LockedPackages): string[] {
  return thirdParties(packages).flatMap(([directory, { license, version }]) => {
    if (LOOKED_AT.has(`${packageName(directory)} ${version}`)) return [];
    if (license === undefined) return [`${directory}: the lockfile names no licence; look what its files say`];
    return isAllowed(license) ? [] : [`${directory}: ${license} is not among the licences that may be used here`];
  });
}

/** `A OR B` leaves the choice, `A AND B` asks for both and binds closer. What is no expression is not allowed. */
export function isAllowed(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const takes = (token: string): boolean => tokens[0] === token && tokens.shift() !== undefined;
  const either = (): boolean => {
    let allowed = both();
    while (takes('OR')) allowed = both() || allowed;
    return allowed;
  };
  const both = (): boolean => {
    let allowed = one();
    while (takes('AND')) allowed = one() && allowed;
    return allowed;
  };
  const one = (): boolean => {
    if (!takes('(')) return ALLOWED.has(tokens.shift() ?? '');
    const allowed = either();
    return takes(')') && allowed;
  };
  const allowed = either();
  return allowed && tokens.length === 0;
}

/** Every package of the lockfiles, a line each: for those who must know what they use. */
export function licenceList(...lockfiles: readonly LockedPackages[]): string {
  const lines = lockfiles
    .flatMap(thirdParties)
    .map(
      ([directory, { version, license, dev = false }]) =>
        `${packageName(directory)} ${version}\t${license}${dev ? '\tdevelopment only' : ''}\n`,
    );
  return [...new Set(lines)].sort().join('');
}
