import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KubeObject, resource } from '@nicdiag/kube';
import { type Cluster, startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { Command } from 'commander';
import { connect } from '../../cli/src/connection/connect.ts';
import { addConnectionFlags, type ConnectionFlags } from '../../cli/src/connection/connectionFlags.ts';
import { UsageError } from '../../cli/src/exitCodes.ts';

/* Who one is to the API server with the plugin's flags, and who one is with the same flags of kubectl. */
const test = anyTest as TestFn<{ readonly cluster: Cluster; readonly files: Files }>;

interface Files {
  readonly kubeconfig: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

const SELF_REVIEWS = resource<KubeObject & { readonly status?: { readonly userInfo?: UserInfo } }>(
  'authentication.k8s.io/v1',
  'selfsubjectreviews',
);

test.before(async (t) => {
  t.timeout(120_000);
  const cluster = await startCluster();
  const { directory } = cluster.nursery;
  const { certificate, key } = await cluster.authority.client('cert-user', ['cert-group']);
  const files = {
    kubeconfig: join(directory, 'flags.kubeconfig'),
    ca: cluster.caFile,
    certificate: join(directory, 'user.crt'),
    key: join(directory, 'user.key'),
  };
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.key, key);
  const server = { server: cluster.server, 'certificate-authority': cluster.caFile };
  const users = {
    admin: { token: cluster.adminToken },
    certificate: { 'client-certificate': files.certificate, 'client-key': files.key },
  };
  writeFileSync(
    files.kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'admin',
      clusters: [
        { name: 'here', cluster: server },
        { name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } },
      ],
      users: Object.entries(users).map(([name, user]) => ({ name, user })),
      contexts: Object.keys(users).map((name) => ({ name, context: { cluster: 'here', user: name, namespace: name } })),
    }),
  );
  t.context = { cluster, files };
});
test.after.always((t) => t.context.cluster?.[Symbol.asyncDispose]());

type Flags = (files: Files, cluster: Cluster) => readonly string[];

const SAME: Readonly<Record<string, Flags>> = {
  'nothing but the kubeconfig': () => [],
  '--context': () => ['--context', 'certificate'],
  '--user': () => ['--user', 'certificate'],
  '--cluster': () => ['--cluster', 'here'],
  '--server with its CA': ({ ca }, { server }) => ['--cluster', 'nowhere', '-s', server, '--certificate-authority', ca],
  '--insecure-skip-tls-verify': (_, { server }) => [
    '--cluster',
    'nowhere',
    '--server',
    server,
    '--insecure-skip-tls-verify',
  ],
  '--tls-server-name that is in the certificate': () => ['--tls-server-name', 'kubernetes.default'],
  '--client-certificate and --client-key': ({ certificate, key }, { server, caFile }) => [
    ...['--kubeconfig', '/dev/null', '--server', server, '--certificate-authority', caFile],
    ...['--client-certificate', certificate, '--client-key', key],
  ],
  '--token': (_, { adminToken }) => ['--user', 'admin', '--token', adminToken],
  '--as': () => ['--as', 'bob'],
  '--as with --as-group twice': () => ['--as', 'bob', '--as-group', 'a', '--as-group', 'b'],
  '--as with --as-uid': () => ['--as', 'bob', '--as-uid', '17'],
  '--as with --as-user-extra': () => [
    '--as',
    'bob',
    '--as-user-extra',
    'acme.com/team=x',
    '--as-user-extra',
    'acme.com/team=y',
  ],
  '--request-timeout': () => ['--request-timeout', '20s'],
  '--disable-compression and --cache-dir': () => ['--disable-compression', '--cache-dir', '/tmp/nicdiag-no-such-cache'],
};

const BOTH_FAIL: Readonly<Record<string, Flags>> = {
  'a wrong token': () => ['--token', 'nobody'],
  'basic authentication, which API servers do not have': () => ['--username', 'a', '--password', 'b', '--user', 'none'],
  'a server name that is not in the certificate': () => ['--tls-server-name', 'elsewhere.example'],
  'a certificate of an unknown authority': (_, { server }) => ['--cluster', 'nowhere', '--server', server],
  'nobody there': () => ['--cluster', 'nowhere'],
};

/** Nothing is sent; kubectl's words where it has any. */
const REFUSED: Readonly<Record<string, readonly [RegExp, Flags]>> = {
  '--token with --username': [/only one is allowed/, () => ['--token', 'a', '--username', 'b']],
  '--as-group without --as': [/without a user/, () => ['--as-group', 'g']],
  '--as-uid without --as': [/without a user/, () => ['--as-uid', '1']],
  '--as-user-extra without --as': [/without a user/, () => ['--as-user-extra', 'k=v']],
  'a CA that is not to be used': [
    /exclude each other/,
    ({ ca }) => ['--certificate-authority', ca, '--insecure-skip-tls-verify'],
  ],
  'a certificate without its key': [/needs its key/, ({ certificate }) => ['--client-certificate', certificate]],
  'a certificate that is not there': [
    /cannot read \/nonexistent: ENOENT/,
    ({ key }) => ['--client-certificate', '/nonexistent', '--client-key', key],
  ],
  'a CA that is not there': [/cannot read \/nonexistent: ENOENT/, () => ['--certificate-authority', '/nonexistent']],
  'no such context': [/no context "x" in the kubeconfig; it has: admin, certificate/, () => ['--context', 'x']],
  'no such cluster': [/no cluster "x" in the kubeconfig; it has: here, nowhere/, () => ['--cluster', 'x']],
  'no such user': [/no user "x" in the kubeconfig; it has: admin, certificate/, () => ['--user', 'x']],
  'no such kubeconfig': [/cannot read the kubeconfig \/nonexistent/, () => ['--kubeconfig', '/nonexistent']],
  'a time-out that is none': [/--request-timeout/, () => ['--request-timeout', 'soon']],
};

/** By the plugin. */
async function whoAmI(args: readonly string[]): Promise<UserInfo> {
  const { signal } = new AbortController();
  const flags = addConnectionFlags(new Command())
    .exitOverride()
    .parse([...args], { from: 'user' })
    .opts<ConnectionFlags>();
  await using connection = connect(flags, { signal });
  const review = await connection.client.create(SELF_REVIEWS, { metadata: {} }, connection.request());
  return plain(review.status?.userInfo ?? {});
}

/** What the API server adds to a credential, its id among it, is not asked for by a flag. */
function plain({ username, uid, groups = [], extra = {} }: UserInfo): UserInfo {
  const own = Object.entries(extra).filter(([key]) => !key.startsWith('authentication.kubernetes.io/'));
  return {
    ...(username && { username }),
    ...(uid && { uid }),
    groups: [...groups].sort(),
    extra: Object.fromEntries(own),
  };
}

function withKubeconfig(args: readonly string[], { kubeconfig }: Files): readonly string[] {
  return args.includes('--kubeconfig') ? args : ['--kubeconfig', kubeconfig, ...args];
}

for (const [name, flags] of Object.entries(SAME)) {
  test(`the same person as with kubectl: ${name}`, async (t) => {
    const { cluster, files } = t.context;
    const args = withKubeconfig(flags(files, cluster), files);
    const kubectl = await cluster.tryKubectl(['auth', 'whoami', '-o', 'json', ...args]);
    t.is(kubectl.code, 0, kubectl.stderr);
    const review = JSON.parse(kubectl.stdout) as { readonly status: { readonly userInfo: UserInfo } };
    t.deepEqual(await whoAmI(args), plain(review.status.userInfo));
  });
}

for (const [name, flags] of Object.entries(BOTH_FAIL)) {
  test(`refused as with kubectl: ${name}`, async (t) => {
    const { cluster, files } = t.context;
    const args = withKubeconfig(flags(files, cluster), files);
    t.not((await cluster.tryKubectl(['auth', 'whoami', '--request-timeout=5s', ...args])).code, 0);
    await t.throwsAsync(whoAmI([...args, '--request-timeout', '5s']));
  });
}

for (const [name, [message, flags]] of Object.entries(REFUSED)) {
  test(`nothing is sent, and the message says why: ${name}`, async (t) => {
    const { cluster, files } = t.context;
    const args = withKubeconfig(flags(files, cluster), files);
    t.not((await cluster.tryKubectl(['auth', 'whoami', ...args])).code, 0);
    await t.throwsAsync(whoAmI(args), { instanceOf: UsageError, message });
  });
}

test('the namespace is that of the flag, else of the context', (t) => {
  const { kubeconfig } = t.context.files;
  const io = { signal: new AbortController().signal };
  t.is(connect({ kubeconfig, context: 'certificate' }, io).namespace, 'certificate');
  t.is(connect({ kubeconfig, context: 'certificate', namespace: 'x' }, io).namespace, 'x');
});
