import { compare, valid } from 'semver';

/** A vulnerability as OSV publishes it, as far as it is asked here.
 * @source https://ossf.github.io/osv-schema/ */
export interface OsvRecord {
  readonly id: string;
  /** RFC 3339. */
  readonly modified: string;
  readonly withdrawn?: string;
  readonly summary?: string;
  readonly affected?: readonly OsvAffected[];
}

interface OsvAffected {
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly versions?: readonly string[];
  readonly ranges?: readonly { readonly type: string; readonly events: readonly OsvEvent[] }[];
}

type OsvEvent = { readonly [event in 'introduced' | 'fixed' | 'last_affected' | 'limit']?: string };

/** Whether a version of an npm package is among those that a record tells of. */
export function affects({ withdrawn, affected = [] }: OsvRecord, name: string, version: string): boolean {
  if (withdrawn !== undefined) return false;
  return affected.some(
    ({ package: about, versions = [], ranges = [] }) =>
      about?.ecosystem === 'npm' &&
      about.name === name &&
      (versions.includes(version) ||
        ranges.some(({ type, events }) => type === 'SEMVER' && isInRange(version, events))),
  );
}

/** Walks the events in the order of their versions: the last one at or before this version decides. Beyond all limits a range
 * says nothing. */
function isInRange(version: string, events: readonly OsvEvent[]): boolean {
  const limits = events.flatMap(({ limit }) => limit ?? []);
  if (limits.length > 0 && !limits.some((limit) => limit === '*' || compareVersions(version, limit) < 0)) return false;
  const ordered = events.flatMap(stepOf).sort((a, b) => compareVersions(a.at, b.at));
  let inside = false;
  for (const { at, kind } of ordered) {
    const order = compareVersions(at, version);
    if (kind === 'introduced' && order <= 0) inside = true;
    if (kind === 'fixed' && order <= 0) inside = false;
    if (kind === 'last_affected' && order < 0) inside = false;
  }
  return inside;
}

interface Step {
  readonly at: string;
  readonly kind: 'introduced' | 'fixed' | 'last_affected';
}

function stepOf({ introduced, fixed, last_affected: last }: OsvEvent): Step[] {
  if (introduced !== undefined) return [{ at: introduced, kind: 'introduced' }];
  if (fixed !== undefined) return [{ at: fixed, kind: 'fixed' }];
  return last === undefined ? [] : [{ at: last, kind: 'last_affected' }];
}

/** `0` is before all versions. What is no version is compared as text, so that it is at least in some order. */
function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '0') return -1;
  if (b === '0') return 1;
  return valid(a) !== null && valid(b) !== null ? compare(a, b) : a < b ? -1 : 1;
}
