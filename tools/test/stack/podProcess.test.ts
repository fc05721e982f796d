import test from 'ava';
import { expandVariables } from '../../src/stack/pod/expandVariables.ts';
import { placeValue } from '../../src/stack/pod/podPath.ts';
import { type PodIdentity, podProcess } from '../../src/stack/pod/podProcess.ts';
import type { Container, PodTemplate } from '../../src/stack/pod/podTemplate.ts';

const MOUNTS = ['/host/dev', '/host/sys', '/var/lib/nicdiag', '/var/run/secrets/a', '/etc/nicdiag/tls'];

for (const [value, expected, why] of [
  ['--state-dir=/var/lib/nicdiag', '--state-dir=/root/var/lib/nicdiag', 'a mount point'],
  ['--token-file=/var/run/secrets/a/token', '--token-file=/root/var/run/secrets/a/token', 'a file in a volume'],
  ['--host-root=/host', '--host-root=/root/host', 'a directory above mount points'],
  ['/host/dev/fwctl', '/root/host/dev/fwctl', 'a value without a flag'],
  ['--state-dir=/var/lib/nicdiag2', '--state-dir=/var/lib/nicdiag2', 'another directory that begins alike'],
  ['--shell=/bin/sh', '--shell=/bin/sh', 'a path of the image'],
  ['--url=https://nicdiag.svc/host', '--url=https://nicdiag.svc/host', 'a URL'],
  ['--listen=[10.0.0.1]:8081', '--listen=[10.0.0.1]:8081', 'an address'],
  ['--account=a:b', '--account=a:b', 'plain text'],
  ['--pairs=a=/host', '--pairs=a=/host', 'a path inside of a text'],
  ['--flag', '--flag', 'a flag alone'],
  ['', '', 'nothing'],
] as const) {
  test(`${why}: ${value} becomes ${expected}`, (t) => t.is(placeValue(value, '/root', MOUNTS), expected));
}

for (const [text, expected, why] of [
  ['[$(IP)]:8081', '[10.0.0.1]:8081', 'a variable in a text'],
  ['$(IP)$(IP)', '10.0.0.110.0.0.1', 'two side by side'],
  ['$(OTHER)', '$(OTHER)', 'an unknown name stays'],
  ['$$(IP)', '$(IP)', 'a doubled dollar keeps it'],
  ['$$$(IP)', '$10.0.0.1', 'a doubled dollar before a variable'],
  ['a$$b', 'a$b', 'a doubled dollar is one'],
  ['$IP', '$IP', 'no parenthesis'],
  ['$(IP', '$(IP', 'not closed'],
  ['cost: 5$', 'cost: 5$', 'a dollar at the end'],
  ['$()', '$()', 'no name'],
] as const) {
  test(`variables, ${why}: ${text}`, (t) => t.is(expandVariables(text, { IP: '10.0.0.1' }), expected));
}

const POD: PodIdentity = {
  ...{ name: 'nicdiag-agent-gpu-a', namespace: 'nicdiag-agent', uid: 'u-1', nodeName: 'gpu-a' },
  ...{ podIp: '127.7.7.10', hostIp: '192.0.2.1' },
};
const PLACE = {
  root: '/root',
  apiServer: 'https://127.0.0.1:6443',
  programs: { 'nicdiag-agent': '/src/agent.ts' },
  imageEnvironment: {},
};
const KUBELET = {
  KUBERNETES_SERVICE_HOST: '127.0.0.1',
  KUBERNETES_SERVICE_PORT: '6443',
  KUBERNETES_SERVICE_PORT_HTTPS: '6443',
};

function template(container: Partial<Container>): PodTemplate {
  return {
    ...{ kind: 'DaemonSet', workload: 'nicdiag-agent', namespace: 'nicdiag-agent', replicas: 1 },
    ...{ nodeSelector: {}, labels: {}, spec: {}, serviceAccount: 'nicdiag-agent', volumes: [] },
    container: {
      ...{ name: 'agent', command: ['nicdiag-agent'], args: [], env: [], ports: [] },
      mounts: MOUNTS.map((mountPath) => ({ volume: 'any', mountPath })),
      readiness: { path: '/readyz', port: 'health' },
      ...container,
      ...{ ports: [{ name: 'health', containerPort: 8081 }, ...(container.ports ?? [])] },
    },
  };
}

test('a container becomes the program that its command names, with its arguments', (t) => {
  const { command, healthUrl } = podProcess(
    template({
      args: ['--host-root=/host', '--listen=[$(POD_IP)]:8081'],
      env: [{ name: 'POD_IP', value: { fieldPath: 'status.podIP' } }],
    }),
    POD,
    PLACE,
  );
  t.deepEqual(command, [process.execPath, '/src/agent.ts', '--host-root=/root/host', '--listen=[127.7.7.10]:8081']);
  t.is(healthUrl, 'http://127.7.7.10:8081');
});

test('what follows the program in its command goes before the arguments', (t) => {
  const { command } = podProcess(template({ command: ['nicdiag-agent', 'run'], args: ['--now'] }), POD, PLACE);
  t.deepEqual(command.slice(2), ['run', '--now']);
});

test("an environment is the kubelet's and the container's, and nothing of this process's", (t) => {
  const fields = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'status.hostIP'];
  const { env } = podProcess(
    template({
      env: [
        { name: 'STATE', value: '/var/lib/nicdiag' },
        { name: 'JOURNAL', value: '$(STATE)/journal of $(LATER)' },
        { name: 'LATER', value: 'x' },
        ...fields.map((fieldPath) => ({ name: fieldPath, value: { fieldPath } })),
      ],
    }),
    POD,
    PLACE,
  );
  t.deepEqual(env, {
    ...KUBELET,
    STATE: '/root/var/lib/nicdiag',
    JOURNAL: '/root/var/lib/nicdiag/journal of $(LATER)',
    LATER: 'x',
    'metadata.name': 'nicdiag-agent-gpu-a',
    'metadata.namespace': 'nicdiag-agent',
    'metadata.uid': 'u-1',
    'spec.nodeName': 'gpu-a',
    'status.hostIP': '192.0.2.1',
  });
});

test('what comes from a Secret is taken as it is; what the Secret does not have is left out', (t) => {
  const value = (key: string) => ({ secret: 'keys', key, optional: true });
  const env = [
    { name: 'KEY', value: value('id') },
    { name: 'TOKEN', value: value('token') },
  ];
  const made = podProcess(template({ env }), POD, { ...PLACE, secrets: { KEY: '$(POD_IP)$$' } });
  t.deepEqual(made.env, { ...KUBELET, KEY: '$(POD_IP)$$' });
});

test('a container may say itself where the API server is', (t) => {
  const { env } = podProcess(template({ env: [{ name: 'KUBERNETES_SERVICE_HOST', value: 'api' }] }), POD, PLACE);
  t.is(env['KUBERNETES_SERVICE_HOST'], 'api');
});

test("a program has its image's environment; its Pod's goes before it, and cannot refer to it", (t) => {
  const imageEnvironment = { 'nicdiag-agent': { A: 'image', B: 'image' }, other: { C: 'image' } };
  const container = { env: [{ name: 'B', value: 'pod $(A)' }] };
  const { env } = podProcess(template(container), POD, { ...PLACE, imageEnvironment });
  t.deepEqual(env, { ...KUBELET, A: 'image', B: 'pod $(A)' });
});

for (const [what, container, message] of [
  ['a command that the image does not have', { command: ['sh'] }, /its command is sh, which is no program/],
  ['no command', { command: [] }, /its command is missing/],
  ['an unknown field', { env: [{ name: 'X', value: { fieldPath: 'status.qosClass' } }] }, /field status.qosClass/],
  ['a probe of no port', { readiness: { path: '/readyz', port: 'web' } }, /asks port web/],
] as const) {
  test(`${what} is refused`, (t) => {
    t.throws(() => podProcess(template(container), POD, PLACE), { message });
  });
}
