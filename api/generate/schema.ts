import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

/** The part of a structural schema that the generator reads. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  /** A number, quoted or not: it has no type. */
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message?: string }[];
}

/** A union by discriminator, as CEL says it in the CRDs: the field belongs to that type and must be there. */
export const UNION_RULE = /^has\(self\.(\w+)\) == \(self\.type == '(\w+)'\)$/;
/** The same for a field that may be left out. A type that no rule names has no field of its own. */
export const OPTION_RULE = /^!has\(self\.(\w+)\) \|\| self\.type == '(\w+)'$/;

export interface Crd {
  readonly file: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly group: string;
  readonly version: string;
  readonly schema: Schema;
}

interface CrdDocument {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** Folder of this repository's CRDs. */
export const CRDS = fileURLToPath(new URL('../../crds/', import.meta.url));

/** Reads every CRD of a folder, sorted by file name.
 * @throws when a CRD has not exactly one version: the generated types are those of one version */
export function readCrds(folder: string = CRDS): Crd[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => {
      const { spec } = load(readFileSync(`${folder}/${file}`, 'utf8')) as CrdDocument;
      const [version, ...more] = spec.versions;
      if (!version || more.length > 0)
        throw new Error(`${file}: exactly one version expected, found ${spec.versions.length}`);
      return {
        file,
        kind: spec.names.kind,
        plural: spec.names.plural,
        namespaced: spec.scope === 'Namespaced',
        group: spec.group,
        version: version.name,
        schema: version.schema.openAPIV3Schema,
      };
    });
}
