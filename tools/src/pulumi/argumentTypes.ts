import { readFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';
import { CHART, REPOSITORY } from '../stack/paths.ts';

export const ARGUMENT_TYPES = `${REPOSITORY}pulumi/src/generated/chartValues.ts`;
const BANNER = '// Generated from charts/nicdiag/values.schema.json by `make generate`. Do not edit.';

/** TypeScript types of the chart's values, from the schema that checks them.
 * @returns content of {@link ARGUMENT_TYPES} */
export async function argumentTypes(): Promise<string> {
  const schema: unknown = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8'));
  return await compile(named(schema), 'ChartValues', {
    bannerComment: BANNER,
    style: { singleQuote: true, printWidth: 120 },
    additionalProperties: false,
  });
}

/** The title is what a person reads; here it would become the name of the type. */
function named(schema: unknown): Record<string, unknown> {
  if (typeof schema !== 'object' || schema === null) throw new Error('values.schema.json is no object');
  return { ...schema, title: 'ChartValues' };
}
