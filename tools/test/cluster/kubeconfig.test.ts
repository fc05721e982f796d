import test from 'ava';
import { renderKubeconfig } from '../../src/cluster/kubeconfig.ts';

const common = { server: 'https://127.0.0.1:1', ca: 'CA', user: 'alice' };

for (const [title, credential, expected] of [
  ['a token', { token: 'secret' }, { token: 'secret' }],
  ['a token file', { tokenFile: '/t' }, { tokenFile: '/t' }],
  ['a certificate', { certificate: 'C', key: 'K' }, { 'client-certificate-data': 'Qw==', 'client-key-data': 'Sw==' }],
] as const) {
  test(`a kubeconfig carries ${title}`, (t) => {
    const config = JSON.parse(renderKubeconfig({ ...common, credential, namespace: 'sre' }));
    t.deepEqual(config.users, [{ name: 'alice', user: expected }]);
    t.deepEqual(config.contexts[0].context, { cluster: 'nicdiag', user: 'alice', namespace: 'sre' });
    t.is(config.clusters[0].cluster['certificate-authority-data'], 'Q0E=');
  });
}
