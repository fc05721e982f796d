import { createFilesystemBlobStore, createFilesystemLedger } from '@nicdiag/artifacts';
import type { ServerStore } from './serverStore.ts';

export async function openFilesystemStore(directory: string): Promise<ServerStore> {
  return {
    store: await createFilesystemBlobStore(directory),
    ledger: await createFilesystemLedger(directory),
    notReady: () => [],
    close: () => undefined,
    run: () => Promise.resolve(),
  };
}
