/** The one way a JSON value is written in manifests: keys sorted by code unit, indented by two, a newline at the end, UTF-8.
 * Two programs that agree on the value agree on the bytes, and so on the digest.
 * @param value plain JSON data; properties that are undefined are left out */
export function canonicalJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(sorted(value), null, 2)}\n`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // A null prototype and defineProperty semantics of fromEntries keep a key such as "__proto__" a key.
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
