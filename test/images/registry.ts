import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createNursery, freePort } from '@nicdiag/tools';
import { cacheRoot, provideDebianPackages } from '@nicdiag/tools/binaries';

export interface Registry extends AsyncDisposable {
  readonly host: string;
  /** What it logged. */
  log(): string;
}

const START_MS = 60_000;
const ADDRESS = '127.0.0.1';

/** Starts the CNCF distribution registry, as Debian packages it, with an empty store.
 * @param settings of its configuration file, in YAML, `DIRECTORY` standing for a directory of its own
 * @param files that the settings name, below that directory */
export async function startRegistry(settings = '', files: Readonly<Record<string, string>> = {}): Promise<Registry> {
  const programs = join(cacheRoot(), `docker-registry-${process.arch}`);
  await provideDebianPackages(programs, ['docker-registry'], () => {});
  const nursery = createNursery('registry');
  const { directory } = nursery;
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  mkdirSync(join(directory, 'store'));
  const host = `${ADDRESS}:${await freePort(ADDRESS)}`;
  const text = `version: 0.1
storage: {filesystem: {rootdirectory: DIRECTORY/store}}
http:
  addr: ${host}
  secret: any
${settings}`;
  writeFileSync(join(directory, 'config.yml'), text.replaceAll('DIRECTORY', directory));
  const child = nursery.spawn('registry', [join(programs, 'usr/bin/docker-registry'), 'serve', 'config.yml']);
  const deadline = Date.now() + START_MS;
  while (!child.tail().includes('listening on')) {
    if (Date.now() > deadline) throw new Error(`the registry does not start:\n${child.tail()}`);
    await setTimeout(20);
  }
  return { host, log: () => child.tail(1_000), [Symbol.asyncDispose]: () => nursery[Symbol.asyncDispose]() };
}
