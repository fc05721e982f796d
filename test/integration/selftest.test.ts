import { startCluster } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import { type Policed, policed } from './policies/policed.ts';
import { selftest } from './stack/selftest.ts';

/* What `helm test` runs: that it sees what is right, and that it sees what is not. */
const test = anyTest as TestFn<Policed>;

test.before(async (t) => {
  t.timeout(600_000);
  const cluster = await startCluster({ name: 'selftest' });
  t.context = { cluster } as Policed;
  t.context = await policed(cluster);
});

test.after.always(async (t) => await t.context.cluster?.[Symbol.asyncDispose]());

test('who may capture nodes can, and reaches no further', async (t) => {
  const { kubeconfigs } = t.context;
  const result = await selftest(['captures', `--kubeconfig=${kubeconfigs.alice}`, '--namespace=default']);
  t.deepEqual(result.verdicts, ['ok', 'ok'], result.output);
  t.is(result.code, 0);
});

test('a right that is missing is found', async (t) => {
  const { kubeconfigs } = t.context;
  const result = await selftest(['captures', `--kubeconfig=${kubeconfigs.bob}`, '--namespace=default']);
  t.is(result.verdicts[0], 'NOT OK');
  t.regex(result.output, /it was refused: .*nicdiag-capture-rights/);
  t.is(result.code, 1);
});

test('a right that reaches further is found', async (t) => {
  const { kubeconfigs } = t.context;
  const result = await selftest(['captures', `--kubeconfig=${kubeconfigs.carol}`, '--namespace=default']);
  t.deepEqual(result.verdicts, ['ok', 'NOT OK']);
  t.regex(result.output, /it was admitted, and nicdiag-intrude-rights should have refused it/);
  t.is(result.code, 1);
});

test('a token that does not say its node is found, and what is missing is said', async (t) => {
  const { cluster, unbound } = t.context;
  const kubeconfig = cluster.writeKubeconfig('unbound', { token: unbound });
  const { code, verdicts, output } = await selftest(['agent', `--kubeconfig=${kubeconfig}`]);
  t.deepEqual(verdicts, ['NOT OK', 'NOT OK', 'NOT OK', 'ok']);
  t.regex(output, /does not say its node: Kubernetes 1\.32 or later/);
  t.is(code, 1);
});

test('an artifact server that is not there is found, with its address', async (t) => {
  const { cluster, agent } = t.context;
  const kubeconfig = cluster.writeKubeconfig('agent', { token: agent });
  const url = 'https://127.0.0.1:1';
  const { code, verdicts, output } = await selftest([
    ...['agent', `--kubeconfig=${kubeconfig}`, `--artifacts-url=${url}`, `--artifacts-ca=${cluster.caFile}`],
  ]);
  t.deepEqual(verdicts, ['ok', 'ok', 'ok', 'ok', 'NOT OK']);
  t.true(output.includes(`${url} does not answer`), output);
  t.is(code, 1);
});

for (const [args, says] of [
  [[], /agent or captures, not nothing/],
  [['operator'], /not operator/],
  [['agent', '--nonsense'], /nonsense/],
] as const) {
  test(`called as selftest ${args.join(' ')}, it says how it is called`, async (t) => {
    const { code, output } = await selftest(args);
    t.is(code, 2);
    t.regex(output, says);
    t.regex(output, /selftest agent\|captures/);
  });
}

test('nothing of what it wrote is there', async (t) => {
  const { cluster } = t.context;
  t.is(await cluster.kubectl(['get', 'nicdevices,diagnosticcaptures', '-A', '-o', 'name']), '');
});
