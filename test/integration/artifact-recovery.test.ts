import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect } from 'node:tls';
import { deviceManifestBytes, hexOf } from '@nicdiag/artifacts';
import anyTest, { type TestFn } from 'ava';
import { crashTests, untilAcknowledged, uploadAndSeal } from './artifact-server/crashes.ts';
import { blobOf, createCapture, manifestOf, type Serving, startServing } from './artifact-server/serving.ts';

/** What the artifact server and the plugin do when something dies under them. One after another: they share the server. */
const test = anyTest as TestFn<Serving & AsyncDisposable>;
const CLI = new URL('../../cli/bin/kubectl-nicdiag', import.meta.url).pathname;
const { signal } = new AbortController();

test.before(async (t) => {
  t.timeout(600_000);
  t.context = await startServing();
});
test.after.always((t) => t.context[Symbol.asyncDispose]?.());

crashTests(test, ({ stack }) => join(stack.artifactServer.store, 'uploads'));

test.serial(
  'a manifest that the server recorded and did not seal before it died is sealed when it comes again',
  async (t) => {
    const { agentToken, client, operatorToken, stack } = t.context;
    const capture = await createCapture(t.context, 'late-and-killed');
    await uploadAndSeal(t.context, capture);
    await stack.artifactServer.stop();
    stack.artifactServer.start({ env: { NICDIAG_CRASH_AT: 'manifestRecorded' } });
    await stack.artifactServer.untilReady();
    const target = { captureUid: capture.uid, node: 'gpu-a', pciAddress: '0000:83:00.0' };
    const manifest = deviceManifestBytes(manifestOf(capture, 'gpu-a', {}, '0000:83:00.0'));
    const agent = client(agentToken('gpu-a'));
    const receipt = await untilAcknowledged(t.context, () => agent.putDeviceManifest(target, manifest, { signal }));
    t.true(receipt.late);
    const nodes = [{ name: 'gpu-a', state: 'Succeeded' as const }];
    t.like(await client(operatorToken).seal(capture.uid, { nodes }, { signal }), { revision: 2, devices: 2 });
  },
);

test.serial('a certificate that is renewed on disk is served without a restart', async (t) => {
  const { cluster, stack } = t.context;
  const { hostname, port } = new URL(stack.artifactServer.url);
  const served = async (): Promise<string> => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };
  const before = await served();
  const renewed = await cluster.authority.server(['localhost', '127.0.0.1', hostname]);
  await writeFile(stack.artifactServer.path('/etc/nicdiag/tls/tls.crt'), renewed.certificate);
  await writeFile(stack.artifactServer.path('/etc/nicdiag/tls/tls.key'), renewed.key);
  const starts = stack.artifactServer.starts;
  while ((await served()) === before) await setTimeout(200);
  t.is(stack.artifactServer.starts, starts);
});

test.serial(
  'the artifacts of a deleted capture go after the grace period; what another capture has stays',
  async (t) => {
    const { agentToken, client, cluster, stack } = t.context;
    const { artifactServer } = stack;
    await artifactServer.stop();
    artifactServer.start({ args: ['--sweep-interval=100ms', '--sweep-grace=3s'] });
    await artifactServer.untilReady();
    const [kept, gone] = [await createCapture(t.context, 'kept'), await createCapture(t.context, 'gone')];
    const agent = client(agentToken('gpu-a'));
    const shared = await blobOf(t.context, randomBytes(1000));
    const own = await blobOf(t.context, randomBytes(1000));
    for (const blob of [shared, own]) await agent.putBlob({ captureUid: gone.uid, node: 'gpu-a' }, blob, { signal });
    await agent.putBlob({ captureUid: kept.uid, node: 'gpu-a' }, shared, { signal });
    await cluster.kubectl(['delete', 'dcap', 'gone', '-n', 'default']);
    const stored = (digest: typeof shared.digest) => {
      const hex = hexOf(digest);
      return existsSync(join(artifactServer.store, 'blobs', hex.slice(0, 2), hex));
    };
    while (stored(own.digest)) await setTimeout(50);
    t.true(stored(shared.digest));
    t.false((await readdir(join(artifactServer.store, 'captures'))).includes(gone.uid));
    t.true((await readdir(join(artifactServer.store, 'captures'))).includes(kept.uid));
    t.is(await agent.putBlob({ captureUid: kept.uid, node: 'gpu-a' }, shared, { signal }), 'present');
  },
);

test.serial('what the server counts is not zero after captures', async (t) => {
  const text = await t.context.stack.artifactServer.metrics();
  for (const name of [
    'nicdiag_artifact_requests_total',
    'nicdiag_artifact_request_seconds_count',
    'nicdiag_artifact_ingest_bytes_total',
    'nicdiag_artifact_store_bytes',
    'rest_client_requests_total',
    'rest_client_request_duration_seconds_count',
  ]) {
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`))
      .map((line) => Number(line.split(' ').at(-1)));
    t.true(
      values.some((value) => value > 0),
      name,
    );
  }
});

test.serial('capture --wait follows a capture over a restart of the API server and exits as it ended', async (t) => {
  const { cluster } = t.context;
  const directory = await mkdtemp(join(tmpdir(), 'nicdiag-wait-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const file = join(directory, 'capture.yaml');
  await writeFile(
    file,
    'apiVersion: nicdiag.dev/v1alpha1\nkind: DiagnosticCapture\nmetadata: {name: followed}\nspec:\n  target: {nodeNames: [gpu-a, gpu-b]}\n  collectors: [{name: regs, type: RegisterDump, registerDump: {set: Standard}}]\n',
  );
  const operator = (await cluster.boundToken({ namespace: 'nicdiag-system', serviceAccount: 'nicdiag-operator' }))
    .token;
  const write = (status: object) =>
    cluster.admin.request('PATCH', '/apis/nicdiag.dev/v1alpha1/namespaces/default/diagnosticcaptures/followed/status', {
      ...{ body: { status }, contentType: 'application/merge-patch+json', token: operator },
    });
  const condition = (type: string, holds: string, reason: string) => ({
    ...{ type, status: holds, reason, message: `${reason}.`, lastTransitionTime: new Date().toISOString() },
  });

  const child = spawn(CLI, ['capture', '-f', file, '--wait', '--kubeconfig', cluster.kubeconfig], { stdio: 'pipe' });
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => (said.out += text));
  child.stderr.on('data', (text) => (said.err += text));
  const ended = once(child, 'close');
  const heard = async (text: RegExp) => {
    while (!text.test(said.err)) await setTimeout(20);
  };
  await heard(/capture default\/followed created/);
  await write({
    startedAt: new Date().toISOString(),
    progress: '0/2',
    conditions: [condition('Finished', 'False', 'Running')],
  });
  await heard(/capture default\/followed: Running 0\/2 nodes/);
  await cluster.stopApiServer('SIGKILL');
  await heard(/the connection to the API server was lost, trying again/);
  await cluster.startApiServer();
  await heard(/the API server answers again/);
  const failures = [{ node: 'gpu-b', reason: 'AgentMissing', message: 'no agent runs there' }];
  const conditions = [condition('Finished', 'True', 'Finished'), condition('Succeeded', 'False', 'Partial')];
  await write({ progress: '2/2', failures, conditions });
  t.deepEqual(await ended, [2, null]);
  t.regex(said.out, /^NAMESPACE +NAME +STATE +REASON .*\ndefault +followed +Partial +Partial +2\/2 /);
  t.regex(said.err, /gpu-b: AgentMissing: no agent runs there/);
});

test.serial('Ctrl-C while waiting leaves the capture running and says so', async (t) => {
  const { cluster } = t.context;
  const child = spawn(CLI, ['capture', '-f', '-', '--wait', '--kubeconfig', cluster.kubeconfig], { stdio: 'pipe' });
  child.stdin.end(
    JSON.stringify({
      ...{ apiVersion: 'nicdiag.dev/v1alpha1', kind: 'DiagnosticCapture', metadata: { name: 'interrupted' } },
      spec: {
        target: { nodeNames: ['gpu-a'] },
        collectors: [{ name: 'caps', type: 'CapabilityDump', capabilityDump: {} }],
      },
    }),
  );
  let err = '';
  child.stderr.on('data', (text) => (err += text));
  const ended = once(child, 'close');
  while (!/created/.test(err)) await setTimeout(20);
  child.kill('SIGINT');
  t.deepEqual(await ended, [130, null]);
  t.regex(err, /stopped waiting; capture default\/interrupted goes on: kubectl nicdiag list interrupted -n default/);
  t.is(
    await cluster.kubectl(['get', 'dcap', 'interrupted', '-n', 'default', '-o', 'jsonpath={.spec.cancel}']),
    'false',
  );
});
