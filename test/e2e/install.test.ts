import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installLaunchers, nicdiagImages, REGISTRY, type RealCluster, startRealCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { codeBlocks } from '../../tools/test/docs/markdownFiles.ts';

/* What a reader of docs/install.md and docs/uninstall.md does, word by word, in a shell. */
const test = anyTest as TestFn<{ readonly cluster: RealCluster; readonly directory: string; readonly shell: Shell }>;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs commands as a reader would, one after the other, and gives what they printed.
 * @throws Error with all of that when one fails */
type Shell = (commands: string) => Promise<string>;

test.before(async (t) => {
  const cluster = await startRealCluster({
    nodes: [{ name: 'gpu-a', profile: 'gpu-a' }, { name: 'plain' }],
    images: nicdiagImages(),
    say: (line) => t.log(line),
  });
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-reader-'));
  symlinkSync(join(ROOT, 'charts'), join(directory, 'charts'));
  const env = {
    ...process.env,
    PATH: `${installLaunchers(cluster)}${delimiter}${process.env['PATH']}`,
    KUBECONFIG: cluster.kubeconfig,
    // helm would read and write below the home directory.
    HOME: directory,
  };
  const shell: Shell = (commands) =>
    new Promise((resolve, reject) => {
      execFile('bash', ['-euxc', commands], { cwd: directory, env }, (error, stdout, stderr) =>
        error === null ? resolve(stdout + stderr) : reject(new Error(`${stdout}${stderr}${error.message}`)),
      );
    });
  t.context = { cluster, directory, shell };
});
test.after.always(async ({ context: { cluster, directory } }) => {
  await cluster?.[Symbol.asyncDispose]();
  if (directory !== undefined) await rm(directory, { recursive: true });
});

function section(page: string, heading: string): string {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  const [, found] = text.split(new RegExp(`^## ${heading}$`, 'm'));
  return found?.split(/^## /m)[0] ?? '';
}

test.serial('the five minutes of docs/install.md end with a bundle that was read', async (t) => {
  const { shell } = t.context;
  const blocks = codeBlocks(section('install.md', 'Five minutes'));
  // The images are on the nodes already, under another name; the page's registry is an example.
  const commands = blocks
    .filter(({ language, code }) => language === 'sh' && !code.startsWith('make images'))
    .map(({ code }) => code.replaceAll('registry.example/nicdiag', REGISTRY));
  t.is(commands.length, 3, 'the chart, the rights, a capture');
  const began = Date.now();
  const printed = await shell(commands.join('\n'));
  t.log(`${Math.round((Date.now() - began) / 1000)} s from helm install to a page of the bundle`);
  t.regex(printed, /^gpu-a +0000:03:00\.0 +ConnectX-7 .* Healthy /m);
  t.regex(printed, /^LinkDiagnostics$/m);
  t.regex(printed, /^Health$/m);

  const [manifest] = blocks.filter(({ language }) => language === 'yaml');
  const applied = await shell(`kubectl delete dcap first\nkubectl apply -f - <<'END'\n${manifest?.code}END\n
    kubectl wait dcap/first --for=condition=Sealed --timeout=180s\nkubectl nicdiag describe first`);
  t.regex(applied, /Succeeded/);
});

test.serial('what docs/uninstall.md removes leaves nothing of it in the cluster', async (t) => {
  const { shell } = t.context;
  const page = readFileSync(join(ROOT, 'docs/uninstall.md'), 'utf8');
  const commands = [
    ...codeBlocks(page).map(({ code }) => code),
    ...[...page.matchAll(/^\| .* \| `(kubectl [^`…]+)`/gm)].map(([, command]) => command),
  ];
  t.is(commands.length, 5, 'the release, kinds, bindings, Pods of tests, the namespace');
  // helm does not wait for the namespace that it deletes.
  await shell([...commands, 'kubectl wait --for=delete namespace/nicdiag-agent --timeout=120s'].join('\n'));
  const left = await shell(
    'for kind in $(kubectl api-resources --verbs=list -o name | grep -v events); do kubectl get $kind -A -o name; done 2>/dev/null',
  );
  t.deepEqual(
    left.split('\n').filter((line) => line.includes('nicdiag') && !line.startsWith('+')),
    [],
  );
});
