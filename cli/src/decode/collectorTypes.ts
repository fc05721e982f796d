import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MAX_DEVICE_MANIFEST_BYTES, ManifestError, parseDeviceManifest } from '@nicdiag/artifacts';

/** A device's manifest stands beside the folders of its collectors. */
export const MANIFEST_NAME = 'manifest.json';

/** Types by the names of collectors. */
export type CollectorTypes = ReadonlyMap<string, string>;

/** @returns none for the manifest of a capture, or what is no manifest: raw bytes can be decoded all the same */
export async function collectorTypes(size: number, body: AsyncIterable<Uint8Array>): Promise<CollectorTypes> {
  if (size > MAX_DEVICE_MANIFEST_BYTES) return new Map();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return typesIn(Buffer.concat(chunks));
}

/** The type of the collector whose folder has this raw file; undefined where no manifest says it. */
export async function typeBeside(rawPath: string): Promise<string | undefined> {
  const collector = dirname(resolve(rawPath));
  const manifest = await readFile(join(dirname(collector), MANIFEST_NAME)).catch(() => undefined);
  return manifest && typesIn(manifest).get(basename(collector));
}

function typesIn(manifest: Uint8Array): CollectorTypes {
  try {
    return new Map(parseDeviceManifest(manifest).collectors.map(({ name, type }) => [name, type]));
  } catch (error) {
    if (error instanceof ManifestError) return new Map();
    throw error;
  }
}
