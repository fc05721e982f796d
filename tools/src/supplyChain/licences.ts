import { type LockedPackage, type LockedPackages, packageName } from './lockfile.ts';

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

/** Packages that may not be used for their licence, with what to do. */
export function licenceProblems(packages: LockedPackages): string[] {
  return thirdParties(packages).flatMap(([directory, { license }]) => {
    if (license === undefined) return [`${directory}: the lockfile names no licence; look what its files say`];
    return isAllowed(license) ? [] : [`${directory}: ${license} is not among the licences that may be used here`];
  });
}

/** `A OR B` leaves the choice, `A AND B` asks for both. No expression of the lockfile nests them. */
export function isAllowed(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence)));
}

/** Every package of the lockfile, a line each: for those who must know what they use. */
export function licenceList(packages: LockedPackages): string {
  const lines = thirdParties(packages).map(
    ([directory, { version, license, dev = false }]) =>
      `${packageName(directory)} ${version}\t${license}${dev ? '\tdevelopment only' : ''}\n`,
  );
  return [...new Set(lines)].sort().join('');
}

function thirdParties(packages: LockedPackages): Array<[string, LockedPackage]> {
  return Object.entries(packages).filter(
    ([directory, { link, integrity }]) => directory.includes('node_modules/') && !link && integrity !== undefined,
  );
}
