import { type Crd, OPTION_RULE, type Schema, UNION_RULE } from './schema.ts';

type JsonSchema = Record<string, unknown>;

/** Rules of CEL that JSON Schema can say too. */
const ONE_OF_RULE = /^has\(self\.(\w+)\) != has\(self\.(\w+)\)$/;

/** Generates the JSON Schema of a DiagnosticCapture's spec: what can be judged of it without an API server. Strict as
 * `kubectl apply --validate=strict`: an unknown field is refused. Lists that are maps must have unique keys, and CEL that
 * says more than which field goes with which is left out: the API server has it. */
export function generateCaptureSchema(crds: readonly Crd[]): string {
  const spec = crds.find(({ kind }) => kind === 'DiagnosticCapture')?.schema.properties?.['spec'];
  if (spec === undefined) throw new Error('crds/ has no DiagnosticCapture with a spec');
  return `// Generated from crds/ by \`make generate\`. Do not edit.

/** JSON Schema (draft 07) of a DiagnosticCapture's spec. */
export const CAPTURE_SPEC_SCHEMA: object = ${JSON.stringify(convert(spec), undefined, 2)};
`;
}

function convert({ description: _, ...schema }: Schema): JsonSchema {
  const { properties, additionalProperties, items, ...rest } = schema;
  const plain = Object.entries(rest).filter(([name]) => !name.startsWith('x-kubernetes-'));
  const rules = (schema['x-kubernetes-validations'] ?? []).flatMap(conditionOf);
  return {
    ...Object.fromEntries(plain),
    ...(properties === undefined ? {} : { properties: mapped(properties), additionalProperties: false }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: convert(additionalProperties) }),
    ...(items === undefined ? {} : { items: convert(items) }),
    ...(rules.length === 0 ? {} : { allOf: rules }),
  };
}

function mapped(properties: Readonly<Record<string, Schema>>): JsonSchema {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, convert(schema)]));
}

/** The rule's message is its description, for whoever tells a person. */
function conditionOf({ rule, message }: { readonly rule: string; readonly message?: string }): JsonSchema[] {
  const described = message === undefined ? {} : { description: message };
  const union = UNION_RULE.exec(rule);
  if (union !== null) {
    const [, field, type] = union;
    const isType = { properties: { type: { const: type } }, required: ['type'] };
    const hasField = { required: [field] };
    return [{ oneOf: [{ allOf: [isType, hasField] }, { not: { anyOf: [isType, hasField] } }], ...described }];
  }
  const option = OPTION_RULE.exec(rule);
  if (option !== null) {
    const [, field, type] = option;
    return [{ anyOf: [{ not: { required: [field] } }, { properties: { type: { const: type } } }], ...described }];
  }
  const oneOf = ONE_OF_RULE.exec(rule);
  return oneOf === null ? [] : [{ oneOf: [{ required: [oneOf[1]] }, { required: [oneOf[2]] }], ...described }];
}
