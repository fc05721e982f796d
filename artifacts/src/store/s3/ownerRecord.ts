import { fieldsOf } from '../../manifest/fields.ts';
import { ManifestError } from '../../manifest/manifestError.ts';

/** Content of the object that says whose a prefix is. */
export interface OwnerRecord {
  /** Identity of the server. */
  readonly holder: string;
  /** For people. */
  readonly host: string;
  /** Counts, so that each content has another ETag. */
  readonly renewal: number;
  /** Given back: whoever comes next need not wait. */
  readonly released: boolean;
}

const NAME = { maxLength: 300 };

export function formatOwner(owner: OwnerRecord): string {
  return `${JSON.stringify(owner)}\n`;
}

/** @returns undefined for what no server wrote */
export function parseOwner(text: string): OwnerRecord | undefined {
  try {
    const fields = fieldsOf(JSON.parse(text), 'owner');
    return {
      ...{ holder: fields.string('holder', NAME), host: fields.string('host', NAME) },
      ...{ renewal: fields.integer('renewal'), released: fields.optionalBoolean('released').released ?? false },
    };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ManifestError) return undefined;
    throw error;
  }
}
