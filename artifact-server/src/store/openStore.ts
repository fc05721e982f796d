import { openFilesystemStore } from './filesystemStore.ts';
import type { OpenStoreParts, ServerStore } from './serverStore.ts';
import type { StoreLocation } from './storeLocation.ts';

/** The S3 client is loaded only for a bucket: it is five times as large as the rest of the server. */
export async function openStore(location: StoreLocation, parts: OpenStoreParts): Promise<ServerStore> {
  if (location.type === 'directory') return openFilesystemStore(location.directory);
  const { openS3Store } = await import('./s3Store.ts');
  return openS3Store(location, parts);
}
