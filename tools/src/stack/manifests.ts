import { loadAll } from 'js-yaml';

/** A Kubernetes object as a manifest has it: what is in it beyond these fields, its reader must check. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Splits the output of `helm template` into objects. Empty documents are left out. */
export function parseManifests(text: string): Manifest[] {
  const documents: unknown[] = loadAll(text);
  return documents.filter((document) => document !== null && document !== undefined).map(parseManifest);
}

function parseManifest(document: unknown): Manifest {
  if (isManifest(document)) return document;
  throw new Error(`not a Kubernetes object: ${JSON.stringify(document)?.slice(0, 200)}`);
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Record<string, unknown>;
  return (
    typeof apiVersion === 'string' &&
    typeof kind === 'string' &&
    typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata
  );
}
