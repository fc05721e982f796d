import type { ItemKind, ItemOutcome } from '../collect/item.ts';

/** An item in names and values, ready for JSON. */
export interface DecodedItem {
  readonly key: string;
  readonly name: string;
  readonly kind: ItemKind;
  readonly index: Readonly<Record<string, number>>;
  readonly outcome: ItemOutcome;
  /** What firmware or the system said, for an item that is not `ok`. */
  readonly error?: DecodedError;
  /** Values by field name as the register database has it. The counters that it splits into `x_high` and `x_low` are one
   * number `x`. */
  readonly fields: DecodedFields;
  /** Meaning of values by the path of their field: `"oper_status": "up"`, `"temperature": "48.5 °C"`. */
  readonly texts: Readonly<Record<string, string>>;
  /** Bits that are set although no field covers them: byte offset to 32-bit word, both as `0x…`. */
  readonly unknown: Readonly<Record<string, string>>;
}

export interface DecodedError {
  /** `BAD_PARAM`, or the name of an errno. */
  readonly name: string;
  readonly text: string;
  readonly syndrome?: string;
}

export interface DecodedFields {
  readonly [name: string]: DecodedValue;
}

/** Whole numbers up to 2^53 − 1 as numbers, larger ones as decimal strings, so that JSON keeps them exactly. */
export type DecodedValue = number | string | DecodedFields | readonly DecodedValue[];
