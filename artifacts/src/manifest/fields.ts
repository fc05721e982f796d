import { ManifestError } from './manifestError.ts';

export interface StringRule {
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** What the pattern wants, for the message. */
  readonly what?: string;
}

/** Reads an object of unknown shape field by field. Every method throws ManifestError `Invalid` with the field's path.
 * Fields that are not asked for are let be: a newer writer may know more than this reader. */
export interface Fields {
  string(key: string, rule: StringRule): string;
  optionalString<K extends string>(key: K, rule: StringRule): { readonly [P in K]?: string };
  oneOf<T extends string>(key: string, values: readonly T[]): T;
  /** A safe integer from `min` (default 0) on. */
  integer(key: string, min?: number): number;
  object(key: string): Fields;
  optionalObject<K extends string, T>(key: K, parse: (fields: Fields) => T): { readonly [P in K]?: T };
  list<T>(key: string, maxItems: number, parse: (fields: Fields) => T): T[];
  strings(key: string, maxItems: number, rule: StringRule): string[];
  optionalBoolean<K extends string>(key: K): { readonly [P in K]?: boolean };
}

/** @param path where the value stands, for messages, e.g. `manifest` */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'an object');
  const values = new Map<string, unknown>(Object.entries(value));
  const at = (key: string) => `${path}.${key}`;
  const fields: Fields = {
    string: (key, rule) => checkString(values.get(key), at(key), rule),
    optionalString: (key, rule) => optional(key, (value) => checkString(value, at(key), rule)),
    oneOf(key, allowed) {
      const found = allowed.find((candidate) => candidate === values.get(key));
      if (found === undefined) throw invalid(at(key), `one of ${allowed.join(', ')}`);
      return found;
    },
    integer(key, min = 0) {
      const value = values.get(key);
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
        throw invalid(at(key), `an integer of at least ${min}`);
      }
      return value;
    },
    object: (key) => fieldsOf(values.get(key), at(key)),
    optionalObject: (key, parse) => optional(key, (value) => parse(fieldsOf(value, at(key)))),
    list: (key, maxItems, parse) =>
      checkList(values.get(key), at(key), maxItems).map((entry, index) =>
        parse(fieldsOf(entry, `${at(key)}[${index}]`)),
      ),
    strings: (key, maxItems, rule) =>
      checkList(values.get(key), at(key), maxItems).map((entry, index) =>
        checkString(entry, `${at(key)}[${index}]`, rule),
      ),
    optionalBoolean: (key) =>
      optional(key, (value) => {
        if (typeof value !== 'boolean') throw invalid(at(key), 'true or false');
        return value;
      }),
  };
  return fields;

  function optional<K extends string, T>(key: K, parse: (value: unknown) => T): { readonly [P in K]?: T } {
    const value = values.get(key);
    return value === undefined ? {} : ({ [key]: parse(value) } as { readonly [P in K]?: T });
  }
}

/** @throws ManifestError `TooLarge` or `NotJson` */
export function parseJson(bytes: Uint8Array, what: string, maxLength: number): unknown {
  if (bytes.byteLength > maxLength) {
    throw new ManifestError('TooLarge', `${what} has ${bytes.byteLength} bytes, more than the ${maxLength} allowed`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ManifestError('NotJson', `${what} is not JSON`, { cause });
  }
}

function checkString(value: unknown, path: string, { maxLength, pattern, what }: StringRule): string {
  if (typeof value !== 'string' || value.length > maxLength) {
    throw invalid(path, what ?? `text of at most ${maxLength} characters`);
  }
  if (pattern !== undefined && !pattern.test(value)) throw invalid(path, what ?? `text that matches ${pattern.source}`);
  return value;
}

function checkList(value: unknown, path: string, maxItems: number): unknown[] {
  if (!Array.isArray(value) || value.length > maxItems) throw invalid(path, `a list of at most ${maxItems}`);
  return value;
}

function invalid(path: string, wanted: string): ManifestError {
  return new ManifestError('Invalid', `${path} must be ${wanted}`);
}
