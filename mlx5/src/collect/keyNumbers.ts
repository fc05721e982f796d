/** Keys of reads that are made again and again have a number in their thread: a set of them is a row of bytes, and an item
 * is named in two bytes where the name is known already. */

/** More than all registers of a card with its ports, lanes and modules have. Keys beyond have none. */
export const MOST_NUMBERS = 8192;

/** For keys beyond. */
export const NO_NUMBER = 0;

const numbers = new Map<string, number>();

/** The number of a key, the same at every call. */
export function numberOf(key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  if (numbers.size + 1 >= MOST_NUMBERS) return NO_NUMBER;
  const number = numbers.size + 1;
  numbers.set(key, number);
  return number;
}

/** What a key set knows a read by. */
export interface NumberedKey {
  readonly key: string;
  readonly number: number;
}

export interface KeySet {
  add(read: NumberedKey): void;
  has(read: NumberedKey): boolean;
}

export function createKeySet(): KeySet {
  let numbered = new Uint8Array(roomFor(numbers.size));
  const others = new Set<string>();
  return {
    add({ key, number }) {
      if (number === NO_NUMBER) others.add(key);
      else {
        if (number >= numbered.length) {
          const more = new Uint8Array(roomFor(number));
          more.set(numbered);
          numbered = more;
        }
        numbered[number] = 1;
      }
    },
    has: ({ key, number }) => (number === NO_NUMBER ? others.has(key) : numbered[number] === 1),
  };
}

function roomFor(number: number): number {
  return (number + 512) & ~511;
}
