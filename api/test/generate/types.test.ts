import test from 'ava';
import type { Crd, Schema } from '../../generate/schema.ts';
import { generateTypes } from '../../generate/types.ts';

const nicNode = (spec: Schema): Crd => ({
  file: 'nicnodes.yaml',
  kind: 'NicNode',
  plural: 'nicnodes',
  namespaced: false,
  group: 'nicdiag.dev',
  version: 'v1alpha1',
  schema: { type: 'object', required: ['spec'], properties: { spec, status: STATUS } },
});
const STATUS: Schema = { type: 'object', properties: { agent: { type: 'object', properties: {} } } };
const assignments = (item: Schema): Schema => ({
  type: 'object',
  properties: { assignments: { type: 'array', items: { type: 'object', ...item } } },
});
const generated = async (item: Schema): Promise<string> =>
  (await generateTypes([nicNode(assignments(item))])).get('nicNode.ts')!;

test('a field with a default is always there in what is read', async (t) => {
  const text = await generated({
    properties: { cancel: { type: 'boolean', default: false }, note: { type: 'string' } },
  });
  t.regex(text, /cancel: boolean;/);
  t.regex(text, /note\?: string;/);
});

test('rules that tie a field to the value of type make a union', async (t) => {
  const text = await generated({
    required: ['type'],
    properties: {
      type: { type: 'string', enum: ['A', 'B'] },
      a: { type: 'object', properties: {} },
      b: { type: 'object', properties: {} },
    },
    'x-kubernetes-validations': [
      { rule: "has(self.a) == (self.type == 'A')", message: '' },
      { rule: "has(self.b) == (self.type == 'B')", message: '' },
    ],
  });
  t.regex(text, /export type Assignment = A \| B;/);
  t.regex(text, /export interface A \{\s+type: 'A';\s+a: /);
});

test('options that may be left out, and a type without any, are members of the union too', async (t) => {
  const text = await generated({
    required: ['type'],
    properties: {
      type: { type: 'string', enum: ['A', 'B', 'C'] },
      a: { type: 'object', properties: {} },
      b: { type: 'object', properties: {} },
    },
    'x-kubernetes-validations': [
      { rule: "has(self.a) == (self.type == 'A')", message: '' },
      { rule: "!has(self.b) || self.type == 'B'", message: '' },
    ],
  });
  t.regex(text, /export type Assignment = A \| B \| C;/);
  t.regex(text, /export interface B \{\s+type: 'B';\s+b\?: /);
  t.regex(text, /export interface C \{\s+type: 'C';\s+\}/);
});

test('a kind that the table of names does not have is refused, with what to do', async (t) => {
  const unknown = { ...nicNode(assignments({})), kind: 'Unknown' };
  await t.throwsAsync(generateTypes([unknown]), { message: /Unknown is missing in api\/generate\/typeNames\.ts/ });
});

test('a path in the table of names that the schema does not have is refused', async (t) => {
  const without = nicNode({ type: 'object', properties: {} });
  await t.throwsAsync(generateTypes([without]), { message: /no such path in the schema: spec\.assignments\[\]/ });
});
