import { provideBinaries } from './provideBinaries.ts';

/** `make build-control-plane`: fills the cache, so that demo and tests start at once. */
for (const path of Object.values(await provideBinaries())) process.stdout.write(`${path}\n`);
