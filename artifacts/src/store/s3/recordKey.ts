import { type Digest, digestFromHex, hexOf, SHA256_HEX_PATTERN } from '../../digest.ts';
import type { CaptureIdentity } from '../../manifest/deviceManifest.ts';
import { isName, TERMINAL_STATES } from '../../manifest/rules.ts';
import type { SealRevision } from '../../protocol/messages.ts';
import type { StoredBlob } from '../blobStore.ts';
import type { ManifestRecord } from '../captureLedger.ts';

/** Records are the last parts of keys, so that a listing alone reads them: fields between underscores, which none of
 * their values has. Numbers that decide an order have leading zeros, for listings are ordered by bytes. */
export const recordKey = {
  capture: ({ uid, namespace, name }: CaptureIdentity): string => [uid, namespace, name].join('_'),
  blob: ({ digest, size, storedSize }: StoredBlob): string => ['blob', hexOf(digest), size, storedSize].join('_'),
  manifest: (sequence: number, manifest: ManifestRecord): string =>
    [
      ...['manifest', ordered(sequence), manifest.pciAddress, hexOf(manifest.digest), manifest.sizeBytes],
      ...[manifest.state, manifest.totalBytes, manifest.storedBytes],
    ].join('_'),
  seal: ({ revision, digest, sizeBytes }: SealRevision): string =>
    ['seal', ordered(revision), hexOf(digest), sizeBytes].join('_'),
} as const;

export type KeyRecord =
  | { readonly blob: StoredBlob }
  | { readonly sequence: number; readonly manifest: ManifestRecord }
  | { readonly seal: SealRevision };

/** @returns undefined for what is no record of ours */
export function parseRecordKey(text: string): KeyRecord | undefined {
  const [kind, ...fields] = text.split('_');
  const take = () => fields.shift() ?? '';
  try {
    if (kind === 'blob') return { blob: { digest: digest(take()), size: whole(take()), storedSize: whole(take()) } };
    if (kind === 'manifest') return { sequence: whole(take()), manifest: manifest(take) };
    if (kind === 'seal') {
      return { seal: { revision: whole(take()), digest: digest(take()), sizeBytes: whole(take()) } };
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

export function parseCaptureKey(text: string): CaptureIdentity | undefined {
  const [uid = '', namespace = '', name = ''] = text.split('_');
  const valid = isName('uid', uid) && isName('namespace', namespace) && isName('capture', name);
  return valid ? { namespace, name, uid } : undefined;
}

function manifest(take: () => string): ManifestRecord {
  const pciAddress = take();
  if (!isName('pciAddress', pciAddress)) throw new RangeError(`${pciAddress} is no PCI address`);
  return {
    ...{ pciAddress, digest: digest(take()), sizeBytes: whole(take()), state: state(take()) },
    ...{ totalBytes: whole(take()), storedBytes: whole(take()) },
  };
}

function ordered(value: number): string {
  return String(value).padStart(10, '0');
}

function digest(hex: string): Digest {
  if (!SHA256_HEX_PATTERN.test(hex)) throw new RangeError(`${hex} is no digest`);
  return digestFromHex(hex);
}

function whole(digits: string): number {
  const value = Number(digits);
  if (!/^\d{1,16}$/.test(digits) || !Number.isSafeInteger(value)) throw new RangeError(`${digits} is no number`);
  return value;
}

function state(text: string): ManifestRecord['state'] {
  const found = TERMINAL_STATES.find((known) => known === text);
  if (found === undefined) throw new RangeError(`${text} is no state`);
  return found;
}
