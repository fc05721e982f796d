import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCKFILES, type LockedPackages, packageName, readLockfile, thirdParties } from '../lockfile.ts';
import { affects, type OsvRecord } from './osvRecord.ts';

export interface Audit {
  /** A line for each package that a record tells of. */
  readonly problems: readonly string[];
  readonly records: number;
  /** When the youngest record was changed, RFC 3339: nothing newer is known. */
  readonly newest: string;
}

/** Holds what the lockfiles pin against an export of OSV: no network.
 * @param folder with the records of ecosystem npm, a JSON file each, as `npm/all.zip` of OSV unpacks
 * @throws Error when there is none, or one cannot be read */
export function auditLockfiles(
  folder: string,
  lockfiles: Readonly<Record<string, LockedPackages>> = ownLockfiles(),
): Audit {
  const byName = new Map<string, OsvRecord[]>();
  const pinned = Object.entries(lockfiles).flatMap(([lockfile, packages]) => pinnedIn(lockfile, packages));
  const names = new Set(pinned.map(({ name }) => name));
  let records = 0;
  let newest = '';
  for (const record of recordsIn(folder)) {
    const about = record.affected?.flatMap(({ package: of }) => (of?.ecosystem === 'npm' ? [of.name] : [])) ?? [];
    if (about.length === 0) continue;
    records += 1;
    if (record.modified > newest) newest = record.modified;
    for (const name of new Set(about)) if (names.has(name)) byName.set(name, [...(byName.get(name) ?? []), record]);
  }
  if (records === 0) throw new Error(`${folder} has no OSV records of npm packages: unpack npm/all.zip of OSV there`);
  const problems = pinned.flatMap(({ lockfile, directory, name, version }) =>
    (byName.get(name) ?? [])
      .filter((record) => affects(record, name, version))
      .map(({ id, summary = 'no summary' }) => `${lockfile}: ${directory} ${version}: ${id}: ${summary}`),
  );
  return { problems, records, newest };
}

function ownLockfiles(): Readonly<Record<string, LockedPackages>> {
  return Object.fromEntries(LOCKFILES.map((path) => [path, readLockfile(path)]));
}

function pinnedIn(lockfile: string, packages: LockedPackages) {
  return thirdParties(packages).flatMap(([directory, { version }]) =>
    version === undefined ? [] : [{ lockfile, directory, name: packageName(directory), version }],
  );
}

function* recordsIn(folder: string): Generator<OsvRecord> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.json')) continue;
    const path = join(folder, name);
    try {
      yield JSON.parse(readFileSync(path, 'utf8')) as OsvRecord;
    } catch (cause) {
      throw new Error(`${path} is no OSV record: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}
