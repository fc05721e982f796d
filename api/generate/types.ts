import { isDeepStrictEqual } from 'node:util';
import { compile } from 'json-schema-to-typescript';
import { type Crd, OPTION_RULE, type Schema, UNION_RULE } from './schema.ts';
import { TYPE_NAMES } from './typeNames.ts';

/** A schema as the compiler of types wants it. */
type TypeSchema = Record<string, unknown>;
type Owners = Map<string, { kind: string; schema: Schema }>;

const BANNER = '// Generated from crds/ by `make generate`. Do not edit.';

/** Generates one file of TypeScript types for each kind, and an index.
 * Types have the shape in which objects are read: a field with a default is always there.
 * @returns file name → content */
export async function generateTypes(crds: readonly Crd[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const order = Object.keys(TYPE_NAMES);
  const sorted = [...crds].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const owners: Owners = new Map();
  for (const crd of sorted) files.set(`${fileName(crd.kind)}.ts`, await generateKind(crd, owners));
  const exports = [...files.keys()].sort().map((file) => `export type * from './${file}';`);
  files.set('index.ts', [BANNER, ...exports, ''].join('\n'));
  return files;
}

async function generateKind(crd: Crd, owners: Owners): Promise<string> {
  const names = TYPE_NAMES[crd.kind];
  if (!names) throw new Error(`${crd.file}: kind ${crd.kind} is missing in api/generate/typeNames.ts`);
  const unused = new Set(Object.keys(names));
  const imports = new Map<string, Set<string>>();

  const convert = (schema: Schema, path: string): TypeSchema => {
    const title = names[path];
    unused.delete(path);
    if (title) {
      const owner = owners.get(title);
      if (owner && owner.kind !== crd.kind) {
        if (!sameShape(owner.schema, schema)) {
          throw new Error(
            `${crd.file}: ${path} differs from ${title} of ${owner.kind}; make them equal or give it a name of its own`,
          );
        }
        for (const key of unused) if (key.startsWith(`${path}.`)) unused.delete(key);
        imports.set(owner.kind, (imports.get(owner.kind) ?? new Set()).add(title));
        return { tsType: title, ...described(schema) };
      }
      owners.set(title, { kind: crd.kind, schema });
    }
    return { ...(title ? { title } : {}), ...described(schema), ...shape(schema, path) };
  };

  const shape = (schema: Schema, path: string): TypeSchema => {
    if (schema['x-kubernetes-int-or-string'] === true) return { tsType: 'number | string' };
    if (schema.type === 'array')
      return { type: 'array', items: schema.items ? convert(schema.items, `${path}[]`) : {} };
    if (schema.type !== 'object') return { type: schema.type, ...(schema.enum ? { enum: schema.enum } : {}) };
    if (schema.additionalProperties) {
      return { type: 'object', additionalProperties: convert(schema.additionalProperties, `${path}{}`) };
    }
    const properties: Record<string, TypeSchema> = {};
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      properties[name] = convert(property, path === '' ? name : `${path}.${name}`);
    }
    return objectType(schema, properties);
  };

  const root = convert(crd.schema, '') as { properties: Record<string, TypeSchema>; required: string[] };
  if (unused.size > 0) throw new Error(`${crd.kind}: no such path in the schema: ${[...unused].join(', ')}`);
  const schema = {
    ...root,
    title: crd.kind,
    properties: {
      apiVersion: { const: `${crd.group}/${crd.version}` },
      kind: { const: crd.kind },
      metadata: { tsType: 'ObjectMeta' },
      ...root.properties,
    },
    required: ['apiVersion', 'kind', 'metadata', ...root.required],
  };
  const body = await compile(schema, crd.kind, {
    bannerComment: '',
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
  const used = [
    "import type { ObjectMeta } from '@nicdiag/kube/objects';",
    ...[...imports].map(
      ([kind, types]) => `import type { ${[...types].sort().join(', ')} } from './${fileName(kind)}.ts';`,
    ),
  ];
  return `${BANNER}\n${used.join('\n')}\n\n${body}`;
}

/** An object, or a union of objects where rules tie one property each to a value of `type`. */
function objectType(schema: Schema, properties: Record<string, TypeSchema>): TypeSchema {
  const required = Object.entries(schema.properties ?? {})
    .filter(([name, property]) => schema.required?.includes(name) || property.default !== undefined)
    .map(([name]) => name);
  const variants = (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule }) => {
    const [, property, type] = UNION_RULE.exec(rule) ?? OPTION_RULE.exec(rule) ?? [];
    return property && type ? [{ property, type, needed: UNION_RULE.test(rule) ? [property] : [] }] : [];
  });
  const object = (own: Record<string, TypeSchema>, needed: readonly string[]): TypeSchema => ({
    type: 'object',
    additionalProperties: false,
    properties: own,
    required: needed,
  });
  if (variants.length === 0) return object(properties, required);
  const options = new Set(variants.map(({ property }) => property));
  const common = Object.entries(properties).filter(([name]) => !options.has(name) && name !== 'type');
  const types = schema.properties?.['type']?.enum ?? variants.map(({ type }) => type);
  return {
    oneOf: types.map((type) => {
      const variant = variants.find((candidate) => candidate.type === type);
      const own = variant === undefined ? {} : { [variant.property]: properties[variant.property] ?? {} };
      const all = { ...Object.fromEntries(common), type: { const: type }, ...own };
      return { title: type, ...object(all, [...required, ...(variant?.needed ?? [])]) };
    }),
  };
}

/** Whether two schemas give the same type: documentation and validation aside, but bounds included. */
function sameShape(a: Schema, b: Schema): boolean {
  return isDeepStrictEqual(undocumented(a), undocumented(b));
}

function undocumented(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(undocumented);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, child]) => !(key === 'description' && typeof child === 'string'))
      .map(([key, child]) => [key, undocumented(child)]),
  );
}

function described(schema: Schema): TypeSchema {
  return schema.description ? { description: schema.description } : {};
}

/** `NodeCapture` → `nodeCapture`. */
export function fileName(kind: string): string {
  return kind.charAt(0).toLowerCase() + kind.slice(1);
}
