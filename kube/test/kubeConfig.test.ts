import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { loadKubeConfig } from '../src/index.ts';

/* Tests change the environment, as a kubelet sets it: one after another. */
const directory = mkdtempSync(join(tmpdir(), 'nicdiag-kubeconfig-'));
const environment = { ...process.env };
const tokenFile = join(directory, 'token');
const lyingKubeconfig = join(directory, 'config');

test.before(() => {
  writeFileSync(tokenFile, 'of the pod');
  writeFileSync(
    lyingKubeconfig,
    JSON.stringify({
      'current-context': 'other',
      clusters: [{ name: 'c', cluster: { server: 'https://other:6443', 'certificate-authority-data': 'YQ==' } }],
      users: [{ name: 'u', user: { token: 'of a person' } }],
      contexts: [{ name: 'other', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
    }),
  );
});
test.beforeEach(() => {
  process.env = { ...environment, KUBECONFIG: lyingKubeconfig };
});
test.after.always(() => {
  process.env = environment;
  rmSync(directory, { recursive: true });
});

test.serial("a Pod's credentials are taken where they are said to be, whatever kubeconfig lies about", async (t) => {
  Object.assign(process.env, { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' });
  const config = loadKubeConfig({ tokenFile, caFile: join(directory, 'ca.crt'), namespace: 'nicdiag-system' });
  t.is(config.server, 'https://10.96.0.1:443');
  t.is(config.namespace, 'nicdiag-system');
  writeFileSync(join(directory, 'ca.crt'), '');
  t.is((await config.authenticate())['authorization'], 'Bearer of the pod');
});

test.serial('an IPv6 service address gets its brackets', (t) => {
  Object.assign(process.env, { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' });
  t.is(loadKubeConfig({ tokenFile }).server, 'https://[fd00::1]:443');
});

test.serial('a given API server goes before that of the environment', async (t) => {
  Object.assign(process.env, { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' });
  const config = loadKubeConfig({ server: 'http://127.0.0.1:8001', tokenFile });
  t.is(config.server, 'http://127.0.0.1:8001');
});

test.serial('outside of a Pod a token file alone is not enough, and the message says what is missing', (t) => {
  delete process.env['KUBERNETES_SERVICE_HOST'];
  t.throws(() => loadKubeConfig({ tokenFile }), { message: /KUBERNETES_SERVICE_HOST/, code: 'KubeConfigInvalid' });
});

test.serial('with a kubeconfig, the files replace its credentials only', async (t) => {
  const config = loadKubeConfig({ kubeconfig: lyingKubeconfig, tokenFile });
  t.is(config.server, 'https://other:6443');
  t.is(config.namespace, 'team');
  t.is((await config.authenticate())['authorization'], 'Bearer of the pod');
});

test.serial('impersonation names the user and each of his groups', async (t) => {
  const config = loadKubeConfig({ kubeconfig: lyingKubeconfig, as: 'bob', asGroups: ['sre', 'oncall'] });
  t.like(await config.authenticate(), { 'impersonate-user': 'bob', 'impersonate-group': ['sre', 'oncall'] });
});

for (const [name, users] of [
  ['alone', [{ name: 'u', user: { tokenFile: 'token' } }]],
  ['beside a token, which kubectl ignores then', [{ name: 'u', user: { token: 'old', tokenFile: 'token' } }]],
  ['of another user than the first', [{ name: 'v' }, { name: 'u', user: { tokenFile: 'token' } }]],
] as const) {
  test.serial(`a user's tokenFile is found beside its kubeconfig: ${name}`, async (t) => {
    const kubeconfig = join(directory, 'with-token-file');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'x',
        clusters: [{ name: 'c', cluster: { server: 'https://other:6443' } }],
        users,
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    t.is((await loadKubeConfig({ kubeconfig }).authenticate())['authorization'], 'Bearer of the pod');
    process.env['KUBECONFIG'] = kubeconfig;
    t.is((await loadKubeConfig().authenticate())['authorization'], 'Bearer of the pod');
  });
}

test.serial('a CA alone replaces that of the kubeconfig, which is still looked for', (t) => {
  const caFile = join(directory, 'ca.crt');
  t.is(loadKubeConfig({ caFile }).server, 'https://other:6443');
});

test.serial('where there is no kubeconfig at all the message says so, and a given API server is enough', (t) => {
  delete process.env['KUBECONFIG'];
  process.env['HOME'] = directory;
  t.throws(() => loadKubeConfig(), { message: /there is no kubeconfig: set KUBECONFIG/, code: 'KubeConfigInvalid' });
  t.is(loadKubeConfig({ server: 'http://127.0.0.1:8001' }).server, 'http://127.0.0.1:8001');
});
