import type { DiagnosticCapture } from '@nicdiag/api';
import { CAPTURE_SPEC_SCHEMA } from '@nicdiag/api/capture-schema';
import { Ajv, type ErrorObject } from 'ajv';
import { UsageError } from '../../exitCodes.ts';

export type CaptureSpec = DiagnosticCapture['spec'];

/** The spec with its defaults, as an API server would have stored it.
 * @param where for messages
 * @throws UsageError that names each field and what is wrong with it */
export function checkSpec(spec: unknown, where: string): CaptureSpec {
  const copy: unknown = structuredClone(spec);
  // Formats are Kubernetes' own; nothing here needs one.
  const ajv = new Ajv({ useDefaults: true, allErrors: true, verbose: true, strict: false, validateFormats: false });
  const validate = ajv.compile<CaptureSpec>(CAPTURE_SPEC_SCHEMA);
  if (!validate(copy)) throw new UsageError([`${where} is refused:`, ...reasons(validate.errors ?? [])].join('\n  '));
  const names = copy.collectors.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${where} is refused: two collectors are called ${twice}`);
  return copy;
}

function reasons(errors: readonly ErrorObject[]): string[] {
  // Of a rule that chooses between branches only its own message helps, not why each branch failed.
  const told = errors.filter(({ schemaPath, keyword }) => keyword === 'oneOf' || !schemaPath.includes('/oneOf/'));
  return [...new Set(told.map(reason))];
}

function reason({ instancePath, message, params, parentSchema }: ErrorObject): string {
  const field = `spec${instancePath.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.')}`;
  const described: unknown = parentSchema?.['description'];
  if (typeof described === 'string') return `${field}: ${described}`;
  const unknown: unknown = params['additionalProperty'];
  if (typeof unknown === 'string') return `${field}: unknown field ${unknown}`;
  const allowed: unknown = params['allowedValues'];
  return Array.isArray(allowed) ? `${field}: ${message}: ${allowed.join(', ')}` : `${field}: ${message}`;
}
