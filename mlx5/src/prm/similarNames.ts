/** Names that a typing mistake may have been meant for: other case, or one letter too many, too few, other or swapped with
 * its neighbour.
 * @returns at most 3 */
export function similarNames(name: string, names: Iterable<string>): readonly string[] {
  const wanted = name.toUpperCase();
  return [...names].filter((candidate) => isNear(wanted, candidate.toUpperCase())).slice(0, 3);
}

function isNear(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const restA = a.slice(start);
  const restB = b.slice(start);
  const swapped = restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0];
  return (
    restA === restB ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (swapped && restA.slice(2) === restB.slice(2))
  );
}
