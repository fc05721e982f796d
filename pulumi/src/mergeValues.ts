/** Arguments as they are given: any part of the values. Lists and maps of labels are given whole. */
export type Partially<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Partially<T[K]> }
    : T;

/** Lays what is given over the defaults, as Helm does: maps are merged, everything else replaces. */
export function mergeValues<T>(defaults: T, given: Partially<NoInfer<T>> | undefined): T;
export function mergeValues(defaults: unknown, given: unknown): unknown {
  if (given === undefined) return defaults;
  if (!isMap(defaults) || !isMap(given)) return given;
  const merged: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) merged[key] = mergeValues(defaults[key], value);
  return merged;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
