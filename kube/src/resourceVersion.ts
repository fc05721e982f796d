/** Compares two versions of one collection. They are etcd revisions: comparable as integers by the API's contract since
 * 1.35, and in fact before. @source KEP-5504
 * @returns below 0, 0, above 0; undefined when one of them is not a decimal number */
export function compareVersions(a: string, b: string): number | undefined {
  if (!decimal.test(a) || !decimal.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

const decimal = /^[1-9][0-9]*$/;
