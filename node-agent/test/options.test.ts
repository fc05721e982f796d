import test from 'ava';
import { readOptions, USAGE, UsageError } from '../src/options.ts';

const minimal = ['--node-name=gpu-a', '--api-server=https://127.0.0.1:6443'];

test('in a Pod everything has a default', (t) => {
  const env = { NODE_NAME: 'gpu-a', KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  t.like(readOptions([], env), {
    nodeName: 'gpu-a',
    apiServer: 'https://[fd00::1]:443',
    hostRoot: '/host',
    stateDir: '/var/lib/nicdiag',
    tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    artifactsTokenFile: '/var/run/secrets/nicdiag-artifacts/token',
    spoolLimitBytes: 4 * 2 ** 30,
    commandTimeoutMs: 70_000,
    rescanMs: 300_000,
  });
  t.deepEqual(readOptions([], env).devlink, {});
});

test('flags win over the environment', (t) => {
  const options = readOptions([...minimal, '--spool-limit=1Gi', '--command-timeout=2s'], { NODE_NAME: 'other' });
  t.like(options, { nodeName: 'gpu-a', spoolLimitBytes: 2 ** 30, commandTimeoutMs: 2_000 });
});

test('devlink is asked by a socket, or in a namespace', (t) => {
  const { devlink } = readOptions([...minimal, '--devlink-socket=/run/devlink', '--devlink-netns=/host/net'], {});
  t.deepEqual(devlink, { socket: '/run/devlink', networkNamespace: '/host/net' });
});

for (const [args, message] of [
  [[], /NODE_NAME must name the node/],
  [['--node-name=a'], /--api-server must be given/],
  [[...minimal, '--spool-limit=lots'], /--spool-limit: "lots" is not a quantity/],
  [[...minimal, '--rescan=5'], /--rescan: "5" is not a duration/],
  [[...minimal, '--log-level=loud'], /--log-level must be one of/],
  [[...minimal, '--unknown'], /--unknown/],
  [['positional'], /positional/],
] as const) {
  test(`${args.at(-1) ?? 'nothing'} is refused with a sentence`, (t) => {
    t.throws(() => readOptions(args, {}), { instanceOf: UsageError, message });
  });
}

test('the usage names every flag', (t) => {
  for (const flag of [
    'node-name',
    'host-root',
    'state-dir',
    'api-server',
    'artifacts-token-file',
    'listen',
    'rescan',
  ]) {
    t.true(USAGE.includes(`--${flag} `));
  }
});
