import { readFileSync } from 'node:fs';
import test from 'ava';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test('the lockfile has the optional packages of every platform: npm ci refuses it otherwise', (t) => {
  const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
  const packages: Readonly<Record<string, LockedPackage>> = JSON.parse(text).packages;
  const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')));
  const missing = Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter((name) => !names.has(name));
  // npm leaves out what a registry mirror does not carry; put the entries back by hand (version, os, cpu, optional).
  t.deepEqual(missing, []);
});
