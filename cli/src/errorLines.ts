/** What a person is told of an error: its message, and for a refusal of the API server each cause on a line of its own. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [`error: ${String(error)}`];
  const details = 'details' in error ? causesOf(error.details) : [];
  if (error.name === 'TimeoutError') return ['error: no answer within --request-timeout'];
  return [`error: ${error.message}`, ...details.map((line) => `  ${line}`)];
}

/** `details.causes` of a Status.
 * @source https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function causesOf(details: unknown): string[] {
  if (typeof details !== 'object' || details === null || !('causes' in details) || !Array.isArray(details.causes))
    return [];
  const causes: unknown[] = details.causes;
  return causes.flatMap((cause) => {
    if (typeof cause !== 'object' || cause === null || !('message' in cause)) return [];
    const field = 'field' in cause && typeof cause.field === 'string' ? `${cause.field}: ` : '';
    return [`${field}${String(cause.message)}`];
  });
}
