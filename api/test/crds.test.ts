import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { load } from 'js-yaml';
import { CRDS, readCrds, type Schema } from '../generate/schema.ts';
import { MAX_ASSIGNMENTS, NODE_CAPTURE_TERMINAL_STATES, RESOURCES } from '../src/index.ts';

interface Version {
  readonly subresources?: { readonly status?: object };
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
  readonly additionalPrinterColumns?: readonly { readonly name: string }[];
}

interface Crd {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly scope: string;
    readonly names: {
      readonly kind: string;
      readonly shortNames?: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly [Version];
  };
}

const crds = readCrds();
const documents = new Map(crds.map(({ kind, file }) => [kind, load(readFileSync(CRDS + file, 'utf8')) as Crd]));

function* fields(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, property] of Object.entries(schema.properties ?? {})) yield* fields(property, `${path}.${name}`);
  if (schema.items) yield* fields(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* fields(schema.additionalProperties, `${path}{}`);
}

for (const { kind, schema } of crds) {
  test(`${kind}: every field has a description`, (t) => {
    t.deepEqual(
      [...fields(schema, '')].filter(([, field]) => !field.description).map(([path]) => path),
      [],
    );
  });

  test(`${kind}: every text, list and map is bounded`, (t) => {
    const unbounded = ([, field]: [string, Schema]): boolean =>
      (field.type === 'string' && !field.enum && field.maxLength === undefined) ||
      (field.type === 'array' && field.maxItems === undefined) ||
      (field.additionalProperties !== undefined && field.maxProperties === undefined);
    t.deepEqual(
      [...fields(schema, '')].filter(unbounded).map(([path]) => path),
      [],
    );
  });

  test(`${kind}: no field takes what the schema does not know`, (t) => {
    t.false(JSON.stringify(schema).includes('preserve-unknown-fields'));
  });

  test(`${kind}: every rule has a message`, (t) => {
    const silent = [...fields(schema, '')].flatMap(([path, field]) =>
      (field['x-kubernetes-validations'] ?? []).filter(({ message }) => !message).map(({ rule }) => `${path}: ${rule}`),
    );
    t.deepEqual(silent, []);
  });

  test(`${kind}: is in the category nicdiag, has columns, and stays when the chart is uninstalled`, (t) => {
    const document = documents.get(kind)!;
    t.deepEqual(document.spec.names.categories, ['nicdiag']);
    t.true((document.spec.versions[0].additionalPrinterColumns ?? []).length > 0);
    t.is(document.metadata.annotations['helm.sh/resource-policy'], 'keep');
  });
}

for (const [kind, scope, shortNames, status, selectable] of [
  ['DiagnosticCapture', 'Namespaced', ['dcap'], true, []],
  ['NodeCapture', 'Namespaced', ['ncap'], true, ['.spec.nodeName', '.status.state']],
  ['NicNode', 'Cluster', ['nnode'], true, []],
  [
    'NicDevice',
    'Cluster',
    ['nicdev'],
    true,
    ['.spec.nodeName', '.status.health', '.status.model', '.status.firmwareVersion', '.status.link'],
  ],
  ['ArtifactTicket', 'Namespaced', [], false, []],
] as const) {
  test(`${kind}: scope, short names, status subresource and selectable fields`, (t) => {
    const { spec } = documents.get(kind)!;
    t.is(spec.scope, scope);
    t.is(RESOURCES[kind].namespaced, scope === 'Namespaced');
    t.deepEqual(spec.names.shortNames ?? [], [...shortNames]);
    t.is(spec.versions[0].subresources?.status !== undefined, status);
    t.deepEqual(
      (spec.versions[0].selectableFields ?? []).map(({ jsonPath }) => jsonPath),
      [...selectable],
    );
  });
}

test('a NodeCapture takes exactly the collectors and the device filter that a DiagnosticCapture takes', (t) => {
  const spec = (kind: string): Schema => crds.find((crd) => crd.kind === kind)!.schema.properties!['spec']!;
  const node = spec('NodeCapture').properties!;
  const capture = spec('DiagnosticCapture').properties!;
  t.true(isDeepStrictEqual(node['collectors'], capture['collectors']));
  t.true(isDeepStrictEqual(node['devices'], capture['target']!.properties!['devices']));
});

test('the terminal states of the rule on NodeCapture are those of the code', (t) => {
  const { schema } = crds.find(({ kind }) => kind === 'NodeCapture')!;
  const rule = schema['x-kubernetes-validations']!.find(({ message }) => message?.includes('terminal'))!.rule;
  const [, list = ''] = /oldSelf\.status\.state in \[([^\]]*)\]/.exec(rule) ?? [];
  t.deepEqual(
    list.split(', '),
    NODE_CAPTURE_TERMINAL_STATES.map((state) => `'${state}'`),
  );
});

test('the bound on assignments is that of the code', (t) => {
  const { schema } = crds.find(({ kind }) => kind === 'NicNode')!;
  t.is(schema.properties!['spec']!.properties!['assignments']!.maxItems, MAX_ASSIGNMENTS);
});
