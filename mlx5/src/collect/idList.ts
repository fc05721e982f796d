import type { NumberOrText } from './spec.ts';

/** Numbers as somebody wrote them: `7`, `0x100-0x1ff`, several by commas; or as many as there are.
 * - `all`: every one the device can tell
 * - `active`: every one in use */
export type IdList = 'all' | 'active' | readonly IdRange[];

export interface IdRange {
  readonly first: number;
  /** Not smaller than `first`. */
  readonly last: number;
}

const NUMBER = '(0x[0-9a-f]{1,8}|\\d{1,10})';
const RANGE = new RegExp(`^${NUMBER}(?:-${NUMBER})?$`, 'i');
const LARGEST = 0xffff_ffff;

/** @returns undefined for what is no list of numbers up to 2^32 − 1, or has a range that runs backwards */
export function parseIdList(text: string): IdList | undefined {
  if (text === 'all' || text === 'active') return text;
  const ranges: IdRange[] = [];
  for (const part of text.split(',')) {
    const match = RANGE.exec(part.trim());
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || first > last || last > LARGEST) return undefined;
    ranges.push({ first, last });
  }
  return ranges;
}

/** A single number may be written as one. */
export function textOf(ids: NumberOrText | undefined): string | undefined {
  return ids === undefined ? undefined : String(ids);
}

/** How many numbers the ranges name; one that is named twice counts twice. */
export function countOf(ranges: readonly IdRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
