import type { Digest } from '../digest.ts';
import { type Fields, fieldsOf } from '../manifest/fields.ts';
import { ManifestError } from '../manifest/manifestError.ts';
import { NAMES, TERMINAL_STATES, TEXTS } from '../manifest/rules.ts';
import type { SealRevision } from '../protocol/messages.ts';
import type { StoredBlob } from './blobStore.ts';
import type { ManifestRecord, Reference } from './captureLedger.ts';

export type LedgerLine =
  | { readonly blob: StoredBlob }
  | { readonly manifest: ManifestRecord }
  | { readonly seal: SealRevision };

/** @returns undefined for a line that was never completely written */
export function parseLedgerLine(text: string): LedgerLine | undefined {
  try {
    const fields = fieldsOf(JSON.parse(text), 'line');
    const { blob } = fields.optionalObject('blob', parseBlob);
    if (blob !== undefined) return { blob };
    const { manifest } = fields.optionalObject('manifest', parseManifest);
    if (manifest !== undefined) return { manifest };
    return { seal: parseSeal(fields.object('seal')) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ManifestError) return undefined;
    throw error;
  }
}

/** Of a record as ledgers keep them. */
export function referenceOf(line: LedgerLine): Reference {
  if ('blob' in line) return { digest: line.blob.digest, held: line.blob.size };
  return { digest: 'manifest' in line ? line.manifest.digest : line.seal.digest, held: 0 };
}

function parseBlob(fields: Fields): StoredBlob {
  return { digest: parseDigest(fields), size: fields.integer('size'), storedSize: fields.integer('storedSize') };
}

function parseManifest(fields: Fields): ManifestRecord {
  return {
    pciAddress: fields.string('pciAddress', NAMES.pciAddress),
    digest: parseDigest(fields),
    sizeBytes: fields.integer('sizeBytes'),
    state: fields.oneOf('state', TERMINAL_STATES),
    totalBytes: fields.integer('totalBytes'),
    storedBytes: fields.integer('storedBytes'),
  };
}

function parseSeal(fields: Fields): SealRevision {
  return {
    revision: fields.integer('revision', 1),
    digest: parseDigest(fields),
    sizeBytes: fields.integer('sizeBytes'),
  };
}

function parseDigest(fields: Fields): Digest {
  return fields.string('digest', TEXTS.digest) as Digest;
}
