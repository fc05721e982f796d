import test from 'ava';
import { expandVariables, type PodPlace, translateArgs, translatePath } from '../../src/stack/pod/translate.ts';

const PLACE: PodPlace = {
  mounts: [
    { mountPath: '/host/dev', directory: '/tmp/s/hosts/gpu-a/dev' },
    { mountPath: '/host/sys', directory: '/tmp/s/hosts/gpu-a/sys' },
    { mountPath: '/var/lib/nicdiag', directory: '/tmp/s/state' },
    { mountPath: '/var/lib/nicdiag/artifacts', directory: '/tmp/s/claims/artifacts' },
    { mountPath: '/split/a', directory: '/one/a' },
    { mountPath: '/split/b', directory: '/two/b' },
  ],
  ports: new Map([
    [8081, { host: '127.0.0.1', port: 20_001 }],
    [8443, { host: '192.0.2.2', port: 20_002 }],
  ]),
  services: new Map([['https://nicdiag-artifacts.nicdiag-system.svc:8443', 'https://192.0.2.2:20002']]),
  env: { NODE_NAME: 'gpu-a' },
};

for (const [arg, expected] of [
  ['node-agent', 'node-agent'],
  ['--node-name=$(NODE_NAME)', '--node-name=gpu-a'],
  ['--host-root=/host', '--host-root=/tmp/s/hosts/gpu-a'],
  ['--state-dir=/var/lib/nicdiag', '--state-dir=/tmp/s/state'],
  ['--store=/var/lib/nicdiag/artifacts', '--store=/tmp/s/claims/artifacts'],
  ['--file=/var/lib/nicdiag/a/b', '--file=/tmp/s/state/a/b'],
  ['--listen=:8081', '--listen=127.0.0.1:20001'],
  ['--listen=0.0.0.0:8443', '--listen=192.0.2.2:20002'],
  ['--listen=:9999', '--listen=:9999'],
  ['--url=https://nicdiag-artifacts.nicdiag-system.svc:8443', '--url=https://192.0.2.2:20002'],
  ['--url=https://nicdiag-artifacts.nicdiag-system.svc:8443/v1', '--url=https://192.0.2.2:20002/v1'],
  [
    '--url=https://nicdiag-artifacts.nicdiag-system.svc:84430',
    '--url=https://nicdiag-artifacts.nicdiag-system.svc:84430',
  ],
  ['--program=/usr/bin/env', '--program=/usr/bin/env'],
  ['--account=nicdiag-agent:nicdiag-agent', '--account=nicdiag-agent:nicdiag-agent'],
] as const) {
  test(`${arg} of a Pod is ${expected} of a process`, (t) => t.deepEqual(translateArgs([arg], PLACE), [expected]));
}

test('a directory whose mounts lie apart has no place here', (t) => {
  t.is(translatePath('/split', PLACE), undefined);
});

test('variables are expanded as the kubelet does', (t) => {
  t.is(expandVariables('$(NODE_NAME)/$$(NODE_NAME)/$(OTHER)', PLACE.env), 'gpu-a/$(NODE_NAME)/$(OTHER)');
});
