import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { createAdminClient } from '../cluster/adminClient.ts';
import type { ReadyMessage } from '../kept/messages.ts';
import { REPOSITORY } from '../stack/paths.ts';
import { DEMO_DIRECTORY } from './demoDirectory.ts';
import type { Narrator } from './narrator.ts';
import { createShell } from './shell.ts';
import { untilPublished } from './untilPublished.ts';
import { watchCapture } from './watchCapture.ts';

const EXAMPLE = 'examples/register-dump.yaml';
const CAPTURE = 'register-dump';
const NAMESPACE = 'default';
/** What everybody asks first: is the link up, and if not, why. */
const REGISTER = 'PDDR';
const REGISTER_LINES = 24;

/** What the demo shows, with everything running.
 * @returns path of the bundle */
export async function runScenario(
  access: ReadyMessage,
  narrator: Narrator,
  { signal }: { readonly signal: AbortSignal },
): Promise<string> {
  const shell = createShell(access, narrator, REPOSITORY, { signal });
  const admin = createAdminClient(access.server, readFileSync(access.caFile, 'utf8'), access.token);
  try {
    narrator.step('Three nodes, and the NICs that their agents found');
    await shell.show('kubectl', ['get', 'nodes', '-l', 'pool', '-L', 'pool']);
    await untilPublished(admin, { signal });
    await shell.show('kubectl', ['get', 'nicdevices']);

    narrator.step('A capture: every register of the Standard set, every capability');
    await shell.show('kubectl', ['apply', '-f', EXAMPLE]);
    const view = await watchCapture(admin, NAMESPACE, CAPTURE, narrator, { signal });
    narrator.line(`ended: ${view.holds.has('Succeeded') ? 'Succeeded' : 'not succeeded'}, reason ${view.reason}`);
    await shell.show('kubectl', ['get', 'diagnosticcaptures,nodecaptures']);
    await shell.show('kubectl', ['get', 'nicdevices']);

    narrator.step('The bundle, through the API server, with a ticket that this user made for himself');
    const directory = join(DEMO_DIRECTORY, 'bundles');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    const printed = await shell.show('kubectl', [
      'nicdiag',
      'download',
      CAPTURE,
      '-o',
      relative(REPOSITORY, directory),
    ]);
    const bundle = resolve(REPOSITORY, printed.split('\n').at(-1) ?? '');
    const path = relative(REPOSITORY, bundle);

    narrator.step('Verified without the cluster: every blob against its manifest, every manifest against the status');
    await shell.show('kubectl', ['nicdiag', 'verify', path, '--digest', view.digest]);

    narrator.step('A register, decoded');
    await shell.show('kubectl', ['nicdiag', 'decode', path, '--register', REGISTER], { lines: REGISTER_LINES });
    return bundle;
  } finally {
    admin.close();
  }
}
