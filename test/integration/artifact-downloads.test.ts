import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type ArtifactError, digestOf, hexOf, verifyBundle } from '@nicdiag/artifacts';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { createTicket, getByProxy, person, sealedCapture } from './artifact-server/downloads.ts';
import { createCapture, type Serving, startServing } from './artifact-server/serving.ts';
import { untilAllowed } from './policies/untilAllowed.ts';

/** Downloads with the rights that the chart gives, by tickets through the API server's service proxy. */
const test = anyTest as TestFn<Serving & AsyncDisposable>;
const CLI = new URL('../../cli/bin/kubectl-nicdiag', import.meta.url).pathname;
const { signal } = new AbortController();

test.before(async (t) => {
  t.timeout(600_000);
  t.context = await startServing();
});
test.after.always((t) => t.context[Symbol.asyncDispose]?.());

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function bundleOf(name: string): string {
  return `/v1/namespaces/default/captures/${name}/bundle`;
}

test('with a ticket a bundle comes through the service proxy, whole or any range of it, and verifies', async (t) => {
  const { seal } = await sealedCapture(t.context, 'ranges', {
    'raw.bin': randomBytes(300_000),
    'text.txt': Buffer.alloc(0),
  });
  const { client } = await person(t, 'ranger', 'nicdiag-edit');
  const ticket = {
    'x-nicdiag-ticket': await createTicket(client, { name: 'ranger', capture: 'ranges', user: 'ranger' }),
  };
  const whole = await getByProxy(client, bundleOf('ranges'), ticket);
  t.is(whole.status, 200);
  t.like(await verifyBundle(once(whole.body), { expectedDigest: seal.digest }), {
    problems: [],
    matches: 'newest',
    blobs: 2,
  });

  const { length } = whole.body;
  const etag = String(whole.headers['etag']);
  for (const [range, start, end] of [
    ['bytes=0-99', 0, 100],
    [`bytes=${length - 50}-`, length - 50, length],
    ['bytes=-7', length - 7, length],
    ['bytes=1000-200000', 1000, 200_001],
  ] as const) {
    const part = await getByProxy(client, bundleOf('ranges'), { ...ticket, range, 'if-range': etag });
    t.is(part.status, 206, range);
    t.is(part.headers['content-range'], `bytes ${start}-${end - 1}/${length}`);
    t.true(part.body.equals(whole.body.subarray(start, end)), range);
  }
  t.is((await getByProxy(client, bundleOf('ranges'), { ...ticket, range: `bytes=${length}-` })).status, 416);
  const changed = await getByProxy(client, bundleOf('ranges'), { ...ticket, range: 'bytes=5-', 'if-range': '"older"' });
  t.is(changed.status, 200, 'a bundle that has changed meanwhile comes whole');
});

test('a ticket opens its own capture only, with its secret only, in its time only', async (t) => {
  await sealedCapture(t.context, 'mine', { 'raw.bin': randomBytes(100) });
  await sealedCapture(t.context, 'other', { 'raw.bin': randomBytes(100) });
  const { client } = await person(t, 'keeper', 'nicdiag-edit');
  const good = await createTicket(client, { name: 'keeper', capture: 'mine', user: 'keeper' });
  const brief = await createTicket(client, { name: 'brief', capture: 'mine', user: 'keeper', lifetimeMs: 3_000 });
  const expiry = Date.now() + 3_000;
  const ask = async (ticket: string | undefined, name = 'mine') => {
    const answer = await getByProxy(client, bundleOf(name), ticket === undefined ? {} : { 'x-nicdiag-ticket': ticket });
    return answer.status === 200
      ? { reason: 'none', message: '' }
      : (JSON.parse(answer.body.toString()) as { reason: string; message: string });
  };
  t.is((await ask(good)).reason, 'none');
  while (Date.now() <= expiry) await setTimeout(50);
  for (const [ticket, name, reason, message] of [
    [undefined, 'mine', 'Unauthenticated', /no credentials: send an ArtifactTicket/],
    [brief, 'mine', 'TicketExpired', /ArtifactTicket default\/brief expired at .*; create a new ticket/],
    [good, 'other', 'TicketInvalid', /is for capture mine, not for other/],
    [`keeper.${'x'.repeat(43)}`, 'mine', 'TicketInvalid', /does not exist or has another secret/],
    [`nobody.${'x'.repeat(43)}`, 'mine', 'TicketInvalid', /does not exist or has another secret/],
    ['../../x', 'mine', 'TicketInvalid', /must be <ticket name>.<secret>/],
  ] as const) {
    const answer = await ask(ticket, name);
    t.is(answer.reason, reason, answer.message);
    t.regex(answer.message, message);
  }
  t.is((await ask(good)).reason, 'none', 'the rightful one still works');
});

test('who may not get the artifacts gets no ticket; nobody gets one in the name of another', async (t) => {
  await sealedCapture(t.context, 'guarded', { 'raw.bin': randomBytes(100) });
  const viewer = await person(t, 'viewer', 'nicdiag-view');
  const editor = await person(t, 'editor', 'nicdiag-edit');
  await t.throwsAsync(createTicket(viewer.client, { name: 'viewer', capture: 'guarded', user: 'viewer' }), {
    code: 'Forbidden',
    message: /viewer/,
  });
  await t.throwsAsync(createTicket(editor.client, { name: 'forged', capture: 'guarded', user: 'viewer' }), {
    code: 'Forbidden',
    message: /spec\.user must be/,
  });
  const ticket = await createTicket(editor.client, { name: 'editor', capture: 'guarded', user: 'editor' });
  t.is((await getByProxy(editor.client, bundleOf('guarded'), { 'x-nicdiag-ticket': ticket })).status, 200);
});

test('a bearer token needs the audience and the right to get the artifacts', async (t) => {
  const { client, cluster } = t.context;
  const { uid, seal } = await sealedCapture(t.context, 'bearer', { 'raw.bin': Buffer.from('raw bytes') });
  await cluster.kubectl(['create', 'serviceaccount', 'ci', '-n', 'default']);
  const account = { namespace: 'default', serviceAccount: 'ci' };
  const capture = { namespace: 'default', name: 'bearer' };
  const { token } = await cluster.boundToken({ ...account, audiences: ['nicdiag-artifacts'] });
  const code = async (work: Promise<unknown>) => ((await t.throwsAsync(work)) as ArtifactError | undefined)?.code;
  t.is(await code(client(token).reader(capture).list({ signal })), 'Forbidden');
  await cluster.kubectl([
    'create',
    'rolebinding',
    'ci',
    '-n',
    'default',
    '--clusterrole=nicdiag-edit',
    '--serviceaccount=default:ci',
  ]);
  // A refusal holds for ten seconds; another token of the same account is the same user, so a new account is asked for.
  await cluster.kubectl(['create', 'serviceaccount', 'ci-2', '-n', 'default']);
  await cluster.kubectl([
    'create',
    'rolebinding',
    'ci-2',
    '-n',
    'default',
    '--clusterrole=nicdiag-edit',
    '--serviceaccount=default:ci-2',
  ]);
  const artifacts = { group: 'nicdiag.dev', resource: 'diagnosticcaptures', subresource: 'artifacts' };
  const get = { verb: 'get', ...artifacts, namespace: 'default' };
  await untilAllowed(cluster, { user: 'system:serviceaccount:default:ci-2' }, get);
  const second = { namespace: 'default', serviceAccount: 'ci-2' };
  const reader = client((await cluster.boundToken({ ...second, audiences: ['nicdiag-artifacts'] })).token).reader(
    capture,
  );
  const list = await reader.list({ signal });
  t.like(list, { capture: { ...capture, uid }, revisions: [{ revision: 1, digest: seal.digest }] });
  t.like(list.devices, [
    {
      node: 'gpu-a',
      pciAddress: '0000:03:00.0',
      state: 'Succeeded',
      blobs: [{ collector: 'regs', name: 'raw.bin', size: 9 }],
    },
  ]);
  t.is(digestOf(await reader.manifest({ signal })), seal.digest);
  const digest = list.devices[0]!.blobs[0]!.digest;
  t.is(Buffer.concat(await Array.fromAsync(await reader.blob(digest, { signal }))).toString(), 'raw bytes');
  t.is(await code(reader.blob(digestOf(Buffer.from(hexOf(digest))), { signal })), 'NotFound');
  const ordinary = client((await cluster.boundToken(second)).token).reader(capture);
  t.is(await code(ordinary.list({ signal })), 'Unauthenticated');
});

test('before the seal there is a list and no bundle', async (t) => {
  await createCapture(t.context, 'unsealed');
  const { client } = await person(t, 'early', 'nicdiag-edit');
  const ticket = {
    'x-nicdiag-ticket': await createTicket(client, { name: 'early', capture: 'unsealed', user: 'early' }),
  };
  const bundle = await getByProxy(client, bundleOf('unsealed'), ticket);
  t.like(JSON.parse(bundle.body.toString()), { reason: 'NotSealed' });
  t.regex(
    bundle.body.toString(),
    /not sealed yet; wait for it: kubectl -n default wait --for=condition=Sealed dcap\/unsealed/,
  );
  const list = await getByProxy(client, bundleOf('unsealed').replace('/bundle', '/artifacts'), ticket);
  t.like(JSON.parse(list.body.toString()), { revisions: [], devices: [] });
});

// The plugin, as kubectl runs it.

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function kubectlNicdiag(t: ExecutionContext<Serving>, kubeconfig: string, ...args: string[]): Promise<Ran> {
  const path = [dirname(CLI), process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH: path, KUBECONFIG: kubeconfig };
  return new Promise((resolve) => {
    execFile(t.context.cluster.binaries.kubectl, ['nicdiag', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

async function temporaryDirectory(t: ExecutionContext<Serving>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-downloads-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test('kubectl nicdiag download: verified bundle, no ticket left behind; verify and --extract agree', async (t) => {
  const content = randomBytes(200_000);
  const { seal } = await sealedCapture(t.context, 'by-plugin', { 'raw.bin': content });
  const { kubeconfig } = await person(t, 'plugin-user', 'nicdiag-edit');
  const directory = await temporaryDirectory(t);
  const download = await kubectlNicdiag(t, kubeconfig, 'download', 'by-plugin', '-n', 'default', '-o', directory);
  t.is(download.code, 0, download.stderr);
  const bundle = join(directory, 'default-by-plugin.tar.zst');
  t.is(download.stdout, `${bundle}\n`);
  t.regex(download.stderr, new RegExp(`manifest +${seal.digest}`));
  t.deepEqual(await readdir(directory), ['default-by-plugin.tar.zst']);
  t.is(
    await t.context.cluster.kubectl([
      'get',
      'artifacttickets',
      '-n',
      'default',
      '-o',
      'name',
      '--field-selector',
      'metadata.name=by-plugin',
    ]),
    '',
  );
  const tickets = await t.context.cluster.kubectl([
    'get',
    'artifacttickets',
    '-n',
    'default',
    '-o',
    'jsonpath={.items[*].spec.user}',
  ]);
  t.false(tickets.includes('plugin-user'));

  t.is((await kubectlNicdiag(t, kubeconfig, 'verify', bundle, '--digest', seal.digest)).code, 0);
  const wrong = await kubectlNicdiag(t, kubeconfig, 'verify', bundle, '--digest', digestOf(content));
  t.is(wrong.code, 1);
  t.regex(wrong.stderr, /but the capture's status says/);
  const damaged = Buffer.from(await readFile(bundle));
  damaged[damaged.byteLength >> 1]! ^= 1;
  await writeFile(join(directory, 'damaged.tar.zst'), damaged);
  t.is((await kubectlNicdiag(t, kubeconfig, 'verify', join(directory, 'damaged.tar.zst'))).code, 1);

  const extracted = await kubectlNicdiag(t, kubeconfig, 'download', 'by-plugin', '--extract', '-o', directory);
  t.is(extracted.code, 0, extracted.stderr);
  t.true((await readFile(join(directory, 'by-plugin/gpu-a/0000:03:00.0/regs/raw.bin'))).equals(content));
});

test('kubectl nicdiag says what is missing and exits with 1, usage with 3', async (t) => {
  await sealedCapture(t.context, 'plugin-refused', { 'raw.bin': randomBytes(100) });
  await createCapture(t.context, 'plugin-unsealed');
  const editor = await person(t, 'plugin-editor', 'nicdiag-edit');
  const viewer = await person(t, 'plugin-viewer', 'nicdiag-view');
  const directory = await temporaryDirectory(t);
  for (const [kubeconfig, args, code, message] of [
    [viewer.kubeconfig, ['download', 'plugin-refused', '-o', directory], 1, /cannot create resource "artifacttickets"/],
    [editor.kubeconfig, ['download', 'plugin-unsealed', '-o', directory], 1, /not sealed yet; wait for it/],
    [editor.kubeconfig, ['download', 'no-such', '-o', directory], 1, /there is no capture no-such in namespace /],
    [editor.kubeconfig, ['download'], 3, /missing required argument 'capture'/],
    [editor.kubeconfig, ['list', '-n', 'kube-system'], 1, /cannot list resource "diagnosticcaptures"/],
  ] as const) {
    const result = await kubectlNicdiag(t, kubeconfig, ...args);
    t.is(result.code, code, result.stderr);
    t.regex(result.stderr, message);
    t.is(result.stdout, '');
  }
  t.deepEqual(await readdir(directory), []);
});

test('kubectl nicdiag list and capture print what kubectl users expect', async (t) => {
  await sealedCapture(t.context, 'listed', { 'raw.bin': randomBytes(100) });
  const { kubeconfig } = await person(t, 'lister', 'nicdiag-edit');
  const table = await kubectlNicdiag(t, kubeconfig, 'list', 'listed');
  t.regex(
    table.stdout,
    /^NAME +STATE +REASON +NODES +BYTES +SEALED +AGE\nlisted +Succeeded +AllSucceeded +1\/1 +<none> +yes +\d+s\n$/,
  );
  const json = await kubectlNicdiag(t, kubeconfig, 'list', 'listed', '-o', 'json');
  t.like(JSON.parse(json.stdout), { kind: 'DiagnosticCapture', metadata: { name: 'listed' } });
  const names = await kubectlNicdiag(t, kubeconfig, 'list', '-o', 'name');
  t.true(names.stdout.split('\n').includes('diagnosticcapture.nicdiag.dev/listed'));

  const file = join(await temporaryDirectory(t), 'capture.yaml');
  await writeFile(
    file,
    'apiVersion: nicdiag.dev/v1alpha1\nkind: DiagnosticCapture\nmetadata: {name: refused}\nspec: {target: {nodeNames: [gpu-a]}, collectors: [], unknown: 1}\n',
  );
  const refused = await kubectlNicdiag(t, t.context.cluster.kubeconfig, 'capture', '-f', file);
  t.is(refused.code, 1);
  t.regex(refused.stderr, /unknown field "spec.unknown"|spec.collectors/);
});
