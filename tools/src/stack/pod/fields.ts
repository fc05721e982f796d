/* Reading objects that came as YAML or JSON: what is not of the expected kind is said by its path. */

export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly code = 'Field';
}

export function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new FieldError(`${path} is no object`);
}

/** An absent list is an empty one, as the API has it. */
export function records(value: unknown, path: string): ReadonlyArray<Readonly<Record<string, unknown>>> {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new FieldError(`${path} is no list`);
  return value.map((item, index) => record(item, `${path}[${index}]`));
}

export function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new FieldError(`${path} is no text`);
}

export function texts(value: unknown, path: string): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new FieldError(`${path} is no list`);
  return value.map((item, index) => text(item, `${path}[${index}]`));
}

export function number(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  throw new FieldError(`${path} is no number`);
}

/** Text values only, as labels are. */
export function labels(value: unknown, path: string): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  return Object.fromEntries(
    Object.entries(record(value, path)).map(([key, item]) => [key, text(item, `${path}.${key}`)]),
  );
}
