import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { isDigest, verifyBundle } from '@nicdiag/artifacts';
import anyTest, { type TestFn } from 'ava';
import {
  AGENTS,
  assertMemory,
  EXAMPLES,
  type Installed,
  SYSTEM,
  startInstalled,
  until,
} from './installed/installed.ts';

/* What people do on a cluster on which nicdiag was installed by `helm install`. */
const test = anyTest as TestFn<{ installed: Installed }>;

test.before(async (t) => {
  const nodes = [...['gpu-a', 'gpu-b', 'gpu-c'].map((name) => ({ name, profile: name })), { name: 'plain' }];
  t.context = { installed: await startInstalled(nodes, (line) => t.log(line)) };
});
test.after.always((t) => t.context.installed?.[Symbol.asyncDispose]());
test.afterEach.always(async (t) => {
  if (!t.passed) t.log(await t.context.installed.describe());
});

test.serial('every node gets an agent, and every NIC is published with its health', async (t) => {
  const { kubectl } = t.context.installed;
  t.is(await kubectl('-n', AGENTS, 'get', 'daemonset/nicdiag-agent', '-o', 'jsonpath={.status.numberReady}'), '4');
  const health = (): Promise<string> =>
    kubectl('get', 'nicdevices', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.status.health} {end}');
  await until(
    'five devices have their health',
    async () => (await health()).split(' ').filter((one) => !/=(Unknown)?$/.test(one)).length === 5,
  );
  t.deepEqual((await health()).split(' ').sort(), [
    'gpu-a.0000-03-00-0=Healthy',
    'gpu-a.0000-83-00-0=Healthy',
    'gpu-b.0000-17-00-0=Healthy',
    'gpu-b.0000-98-00-0=Degraded',
    'gpu-c.0000-03-00-0=Limited',
  ]);
});

test.serial('every example succeeds', async (t) => {
  const { cluster, kubectl, outcome } = t.context.installed;
  await kubectl('apply', '-f', EXAMPLES);
  const names = readdirSync(EXAMPLES).map((file) => file.replace('.yaml', ''));
  t.is((await kubectl('get', 'dcap', '-o', 'name')).split('\n').length, names.length);
  for (const name of await captureNames(t.context.installed)) t.regex(await outcome(name), /^True /, name);
  t.regex(await cluster.kubectl(['get', 'dcap']), /True +WithUnsupported/);
});

test.serial('one who watches sees a capture go on and end', async (t) => {
  const { cluster, capture } = t.context.installed;
  await capture('watched');
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
  const watch = spawn(cluster.binaries.kubectl, ['get', 'dcap', 'watched', '--watch'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => watch.kill());
  const lines: string[] = [];
  for await (const line of createInterface({ input: watch.stdout })) {
    lines.push(line);
    if (/2\/2 +True +True +AllSucceeded/.test(line)) break;
  }
  t.regex(lines.join('\n'), /0\/2 +False +Unknown/);
  t.regex(lines.at(-1) ?? '', /AllSucceeded/);
});

test.serial('the plugin downloads and verifies through the API server, and reads what it got', async (t) => {
  const { cluster, nicdiag } = t.context.installed;
  const downloaded = await nicdiag(['download', 'register-dump', '-o', cluster.nursery.directory]);
  t.is(downloaded.code, 0, downloaded.stderr);
  const path = downloaded.stdout.trim().split('\n').at(-1) ?? '';
  const decoded = await nicdiag(['decode', path, '--register', 'PDDR']);
  t.regex(decoded.stdout, /page_select/);
});

test.serial(
  'a tenant captures and downloads in his namespace, with a certificate or a token, and not beyond his rights',
  async (t) => {
    const { cluster, kubectl, nicdiag } = t.context.installed;
    await kubectl('create', 'namespace', 'team-a');
    await kubectl('-n', 'team-a', 'create', 'serviceaccount', 'robot');
    for (const [name, subject] of [
      ['ann', '--user=ann'],
      ['robot', '--serviceaccount=team-a:robot'],
    ] as const) {
      await kubectl('-n', 'team-a', 'create', 'rolebinding', name, '--clusterrole=nicdiag-edit', subject);
      await kubectl('create', 'clusterrolebinding', `${name}-capture`, '--clusterrole=nicdiag-capture', subject);
    }
    const token = await kubectl('-n', 'team-a', 'create', 'token', 'robot');
    const people = {
      certificate: await cluster.userKubeconfig('ann', [], 'team-a'),
      token: cluster.writeKubeconfig('robot', { token }, 'team-a'),
    };
    for (const [name, kubeconfig] of Object.entries(people)) {
      const file = `${cluster.nursery.directory}/${name}.yaml`;
      writeFileSync(file, tenantCapture(name));
      const ran = await nicdiag(['capture', '-f', file, '--download', cluster.nursery.directory], kubeconfig);
      t.is(ran.code, 0, ran.stderr);
      const elsewhere = await nicdiag(
        ['download', 'register-dump', '-n', 'default', '-o', cluster.nursery.directory],
        kubeconfig,
      );
      t.is(elsewhere.code, 1);
      t.regex(elsewhere.stderr, /forbidden|may not/i);
    }
  },
);

test.serial('with a ticket the bundle comes through the Service, too', async (t) => {
  const { cluster, kubectl, sealed } = t.context.installed;
  const secret = randomBytes(32).toString('base64url');
  const ticket = {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'ArtifactTicket',
    metadata: { name: 'direct', namespace: 'default' },
    spec: {
      capture: 'register-dump',
      user: 'admin',
      secretSha256: createHash('sha256').update(secret).digest('hex'),
      expiresAt: new Date(Date.now() + 300_000).toISOString(),
    },
  };
  await cluster.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(ticket) });
  const host = await kubectl('-n', SYSTEM, 'get', 'service', 'nicdiag-artifacts', '-o', 'jsonpath={.spec.clusterIP}');
  const ca = await kubectl('-n', SYSTEM, 'get', 'configmap', 'nicdiag-artifacts-ca', '-o', 'jsonpath={.data.ca\\.crt}');
  const path = '/v1/namespaces/default/captures/register-dump/bundle';
  const answer = await get({ host, ca, path, ticket: `direct.${secret}` });
  t.is(answer.status, 200);
  const digest = (await sealed('register-dump')).status?.manifest?.digest ?? '';
  t.true(isDigest(digest));
  if (!isDigest(digest)) return;
  const { problems } = await verifyBundle(chunks(answer.body), { expectedDigest: digest });
  t.deepEqual(problems, []);
  t.is((await get({ host, ca, path, ticket: `direct.${secret.slice(1)}x` })).status, 403);
});

test.serial('a node without NICs has an agent, no devices, and says so in a capture', async (t) => {
  const { capture, kubectl, outcome, parts } = t.context.installed;
  t.is(await kubectl('get', 'nicdevices', '-l', 'nicdiag.dev/node=plain', '-o', 'name'), '');
  await capture('without-nics', { nodeNames: ['plain', 'gpu-a'] });
  t.is(await outcome('without-nics'), 'False Partial');
  t.deepEqual(await parts('without-nics'), ['gpu-a Succeeded', 'plain NoDeviceMatches']);
});

test.serial('a node that was tainted keeps its agent and is captured', async (t) => {
  const { capture, kubectl, outcome } = t.context.installed;
  const pod = (): Promise<string> =>
    kubectl(
      '-n',
      AGENTS,
      'get',
      'pods',
      '--field-selector=spec.nodeName=gpu-a',
      '-o',
      'jsonpath={.items[*].metadata.uid}',
    );
  const before = await pod();
  await kubectl('taint', 'node', 'gpu-a', 'hardware=broken:NoExecute');
  await until(
    'nothing else is left there',
    async () =>
      (await kubectl('-n', SYSTEM, 'get', 'pods', '--field-selector=spec.nodeName=gpu-a', '-o', 'name')) === '',
  );
  await capture('tainted', { nodeNames: ['gpu-a'] });
  t.is(await outcome('tainted'), 'True AllSucceeded');
  t.is(await pod(), before);
  await kubectl('taint', 'node', 'gpu-a', 'hardware-');
});

test.serial('a node that joins gets an agent, and the next capture of its pool has it', async (t) => {
  const { agentsReady, cluster, capture, kubectl, outcome, parts } = t.context.installed;
  await cluster.addNode({ name: 'gpu-d', profile: 'gpu-a' });
  await agentsReady();
  await until('its devices are published', async () =>
    (await kubectl('get', 'nicdevices', '-o', 'name')).includes('gpu-d.0000-83'),
  );
  await capture('pool', { nodeSelector: { matchLabels: { pool: 'h200' } } });
  t.regex(await outcome('pool'), /^True /);
  t.deepEqual(
    (await parts('pool')).map((part) => part.split(' ')[0]),
    ['gpu-a', 'gpu-b', 'gpu-c', 'gpu-d'],
  );
});

test.serial('all that happened left every Pod within its limits', assertMemory);

async function captureNames({ kubectl }: Installed): Promise<string[]> {
  return (await kubectl('get', 'dcap', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
}

function tenantCapture(name: string): string {
  return JSON.stringify({
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'DiagnosticCapture',
    metadata: { name },
    spec: {
      target: { nodeNames: ['gpu-a'] },
      collectors: [{ name: 'caps', type: 'CapabilityDump', capabilityDump: { mode: 'Current' } }],
    },
  });
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function get(asked: {
  readonly host: string;
  readonly ca: string;
  readonly path: string;
  readonly ticket: string;
}): Promise<{ readonly status: number; readonly body: Buffer }> {
  const { host, ca, path, ticket } = asked;
  const servername = `nicdiag-artifacts.${SYSTEM}.svc`;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host, port: 8443, ca, path, servername, headers: { 'x-nicdiag-ticket': ticket } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('error', reject);
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }));
      },
    );
    outgoing.once('error', reject);
    outgoing.end();
  });
}
