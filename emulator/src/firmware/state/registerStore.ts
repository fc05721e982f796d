/** What writes left in the RW fields of registers: laid over what the model reports. */
export interface RegisterStore {
  readonly size: number;
  /** @param key register and index */
  set(key: string, bits: Uint8Array, mask: Uint8Array): void;
  overlay(key: string, output: Uint8Array): void;
}

export function createRegisterStore(): RegisterStore {
  const written = new Map<string, { bits: Uint8Array; mask: Uint8Array }>();
  return {
    get size() {
      return written.size;
    },
    set(key, bits, mask) {
      written.set(key, { bits: bits.slice(), mask });
    },
    overlay(key, output) {
      const entry = written.get(key);
      if (entry === undefined) return;
      for (let at = 0; at < output.length; at++) {
        const mask = entry.mask[at] ?? 0;
        output[at] = ((output[at] ?? 0) & ~mask) | ((entry.bits[at] ?? 0) & mask);
      }
    },
  };
}
