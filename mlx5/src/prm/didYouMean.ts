/** Asks for the names that a typing mistake may have been meant for: other case, or one letter too many, too few, other or
 * swapped with its neighbour.
 * @returns a question with at most 3; undefined where there are none */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toUpperCase();
  const near = [...names].filter((candidate) => isNear(wanted, candidate.toUpperCase())).slice(0, 3);
  return near.length === 0 ? undefined : `did you mean ${near.join(' or ')}?`;
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
