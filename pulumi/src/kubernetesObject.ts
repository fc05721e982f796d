/** JSON, as Kubernetes objects are made of it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

/** A Kubernetes object as a manifest has it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & JsonObject;
  readonly [field: string]: Json;
}

/** Whether it is of that kind and, if one is given, of that name. */
export function isObject({ kind, metadata }: KubernetesObject, wantedKind: string, name?: string): boolean {
  return kind === wantedKind && (name === undefined || metadata.name === name);
}

/** Applies a function to every string and number in a value, keys of maps not included. */
export function mapLeaves<T extends Json>(value: T, map: (leaf: string | number) => Json): T;
export function mapLeaves(value: Json, map: (leaf: string | number) => Json): Json {
  if (typeof value === 'string' || typeof value === 'number') return map(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapLeaves(item, map));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, map)]));
  return value;
}

export function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A change at a place in an object. Names lead into maps, numbers into lists.
 * @throws TypeError when there is no such place: what the chart prints has another shape than is known here */
export function changeAt<T extends Json>(
  value: T,
  path: readonly (string | number)[],
  change: (found: Json | undefined) => Json | undefined,
): T;
export function changeAt(
  value: Json,
  path: readonly (string | number)[],
  change: (found: Json | undefined) => Json | undefined,
): Json {
  const [step, ...rest] = path;
  if (step === undefined) return change(value) ?? null;
  if (typeof step === 'number' && Array.isArray(value)) {
    return value.map((item: Json, index) => (index === step ? changeAt(item, rest, change) : item));
  }
  if (typeof step === 'string' && isMap(value)) {
    if (rest.length > 0) return { ...value, [step]: changeAt(value[step] ?? {}, rest, change) };
    const { [step]: found, ...others } = value;
    const changed = change(found);
    return changed === undefined ? others : { ...value, [step]: changed };
  }
  throw new TypeError(`nothing is at ${String(step)} of ${JSON.stringify(value)?.slice(0, 120)}`);
}
