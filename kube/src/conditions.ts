/** @source https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase, machine readable; never empty */
  reason: string;
  message: string;
  /** RFC 3339; when `status` last changed */
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** Longest message the CRD convention allows. */
const maxMessageLength = 32_768;

/** Sets one condition, leaving the others. `lastTransitionTime` moves only when `status` changes.
 * @param now RFC 3339
 * @returns the same array when nothing differs, a new one otherwise */
export function setCondition(
  conditions: readonly Condition[],
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): readonly Condition[] {
  const previous = conditions.find((condition) => condition.type === next.type);
  const lastTransitionTime = previous && previous.status === next.status ? previous.lastTransitionTime : now;
  const message = next.message.slice(0, maxMessageLength);
  const condition: Condition = { ...next, message, lastTransitionTime };
  if (!previous) return [...conditions, condition];
  if (sameCondition(previous, condition)) return conditions;
  return conditions.map((each) => (each === previous ? condition : each));
}

/** Finds a condition by its type. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function sameCondition(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}
