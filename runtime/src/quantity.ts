/** Suffixes of a Kubernetes quantity that make sense for bytes.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
]);

const QUANTITY = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/;

export class QuantityError extends Error {
  override readonly name = 'QuantityError';
  readonly code = 'InvalidQuantity';
  constructor(text: string) {
    super(`"${text}" is not a quantity of bytes; write it as 1048576, 256Mi or 20Gi`);
  }
}

/** Reads a quantity of bytes as Kubernetes writes it: `256Mi`, `1.5Gi`, `4096`.
 * @returns whole bytes, rounded up as Kubernetes does
 * @throws QuantityError */
export function parseQuantity(text: string): number {
  const match = QUANTITY.exec(text);
  const factor = SUFFIXES.get(match?.[2] ?? '');
  if (match === null || factor === undefined) throw new QuantityError(text);
  const bytes = Math.ceil(Number(match[1]) * factor);
  if (!Number.isSafeInteger(bytes)) throw new QuantityError(text);
  return bytes;
}

/** Whole bytes in the largest binary unit that loses nothing: 268435456 → `256Mi`, 1000 → `1000`. */
export function formatQuantity(bytes: number): string {
  for (const suffix of ['Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    const factor = SUFFIXES.get(suffix) ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${suffix}`;
  }
  return String(bytes);
}
