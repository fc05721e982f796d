import { readFile } from 'node:fs/promises';
import { API_VERSION, type DiagnosticCapture } from '@nicdiag/api';
import type { Draft } from '@nicdiag/kube';
import { loadAll } from 'js-yaml';
import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';

export type CaptureDraft = Draft<DiagnosticCapture>;

/** A capture has a few hundred at most. */
const MOST_VALUES = 100_000;

/** Reads the one DiagnosticCapture of a YAML or JSON file (`-` for standard input).
 * @param namespace of the command line, when it names one
 * @throws UsageError */
export async function readCaptureFile(
  file: string,
  namespace: { readonly given: string | undefined; readonly fallback: string },
  io: Pick<Io, 'readStdin'>,
): Promise<CaptureDraft> {
  const text = file === '-' ? await io.readStdin() : await readFileOr(file);
  const draft = parseCapture(text, file === '-' ? 'standard input' : file);
  const own = draft.metadata.namespace;
  if (own !== undefined && namespace.given !== undefined && own !== namespace.given) {
    throw new UsageError(`${file} has metadata.namespace ${own}, but --namespace is ${namespace.given}`);
  }
  return { ...draft, metadata: { ...draft.metadata, namespace: own ?? namespace.given ?? namespace.fallback } };
}

/** @throws UsageError */
export function parseCapture(text: string, where: string): CaptureDraft {
  const documents = parseYaml(text, where).filter((document) => document !== null && document !== undefined);
  const [document] = documents;
  if (documents.length !== 1) {
    throw new UsageError(`${where} must hold one DiagnosticCapture, it has ${documents.length} documents`);
  }
  if (!isObject(document) || document['kind'] !== 'DiagnosticCapture' || document['apiVersion'] !== API_VERSION) {
    throw new UsageError(`${where} must hold a DiagnosticCapture of ${API_VERSION}`);
  }
  const { metadata, spec } = document;
  if (!isObject(metadata) || !isObject(spec)) throw new UsageError(`${where}: metadata and spec must be objects`);
  const { name, generateName } = metadata;
  if (typeof name !== 'string' && typeof generateName !== 'string') {
    throw new UsageError(`${where}: metadata.name, or metadata.generateName, is required`);
  }
  if (!isBounded(document)) {
    throw new UsageError(
      `${where} has an anchor that holds itself, or more than ${MOST_VALUES} values with all aliases`,
    );
  }
  // Everything else is the API server's to judge: it has the schema, and validates strictly.
  return document as unknown as CaptureDraft;
}

/** Whether JSON can be made of what YAML gave, in reasonable size: aliases make trees that are endless, or nearly. */
function isBounded(document: unknown): boolean {
  const open: unknown[] = [document];
  for (let values = 0; open.length > 0; values += 1) {
    if (values + open.length > MOST_VALUES) return false;
    const value = open.pop();
    if (typeof value === 'object' && value !== null) open.push(...Object.values(value));
  }
  return true;
}

async function readFileOr(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function parseYaml(text: string, where: string): unknown[] {
  try {
    return loadAll(text);
  } catch (cause) {
    throw new UsageError(`${where} is not YAML: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
