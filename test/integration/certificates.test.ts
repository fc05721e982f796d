import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type KubeObject, resource } from '@nicdiag/kube';
import { installChart } from '@nicdiag/tools';
import anyTest, { type TestFn } from 'ava';
import {
  type OperatorBench,
  type OperatorProcess,
  type OperatorStart,
  startOperatorBench,
} from './operator/operatorBench.ts';
import { awaited } from './whole/awaited.ts';

/* The operator keeps the artifact server's certificate: with the chart's objects and rights, on a real API server. */
interface Data extends KubeObject {
  data?: Readonly<Record<string, string>>;
}
const test = anyTest as TestFn<{ bench: OperatorBench }>;
const secrets = resource<Data>('v1', 'secrets');
const configMaps = resource<Data>('v1', 'configmaps');
const SYSTEM = 'nicdiag-system';
const NAME = 'nicdiag-artifacts.nicdiag-system.svc';
const SELF_SIGNED = ['--artifacts-certificate=self-signed', `--artifacts-name=${NAME}`] as const;
const SERVED = { namespace: SYSTEM, name: 'nicdiag-artifacts-tls' };
const AUTHORITY = { namespace: SYSTEM, name: 'nicdiag-artifacts-ca' };
const CA_MAPS = [
  { namespace: SYSTEM, name: 'nicdiag-artifacts-ca' },
  { namespace: 'nicdiag-agent', name: 'nicdiag-artifacts-ca' },
] as const;

test.before(async (t) => {
  t.timeout(600_000);
  const tls = { source: 'SelfSigned', secretName: '', caBundle: '' };
  const values = JSON.stringify({ artifacts: { tls } });
  t.context.bench = await startOperatorBench('certificates', (cluster) => installChart(cluster, values));
});

test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());

const text = (data: Data['data'], key: string): string => Buffer.from(data?.[key] ?? '', 'base64').toString();

async function served({ follow }: OperatorBench): Promise<string> {
  const secret = await follow(secrets, SERVED, (object) => text(object?.data, 'tls.crt') !== '');
  return text(secret?.data, 'tls.crt');
}

/** Runs an operator meanwhile; it gives its Lease back when it ends. */
async function during(
  bench: OperatorBench,
  options: OperatorStart,
  act: (operator: OperatorProcess) => Promise<void>,
): Promise<void> {
  const operator = await bench.startOperator(options);
  try {
    await act(operator);
  } finally {
    await operator.stop();
  }
}

const logged = (operator: OperatorProcess, what: RegExp): Promise<void> =>
  awaited(() => what.test(readFileSync(operator.logPath, 'utf8')), `a line in the log of ${operator.name}: ${what}`);

test.serial('it makes an authority and a certificate, and tells operator and agents whom to trust', async (t) => {
  const { bench } = t.context;
  await during(bench, { args: SELF_SIGNED }, async () => {
    const certificate = new X509Certificate(await served(bench));
    t.is(certificate.checkHost(NAME), NAME);
    for (const ref of CA_MAPS) {
      const map = await bench.follow(configMaps, ref, (object) => object?.data?.['ca.crt'] !== undefined);
      const ca = new X509Certificate(map?.data?.['ca.crt'] ?? '');
      t.true(certificate.checkIssued(ca) && certificate.verify(ca.publicKey), ref.namespace);
    }
  });
});

test.serial('its successor goes on with the same authority and certificate, and mends what was edited', async (t) => {
  const { bench } = t.context;
  const before = await served(bench);
  const map = await bench.client.get(configMaps, CA_MAPS[1]);
  await bench.client.update(configMaps, { ...map, data: { 'ca.crt': 'edited by hand' } });
  await during(bench, { name: 'successor', args: SELF_SIGNED }, async () => {
    await bench.follow(configMaps, CA_MAPS[1], (now) => now?.data?.['ca.crt'] === map.data?.['ca.crt']);
  });
  t.is(await served(bench), before);
});

test.serial('a certificate that lacks a name is made anew, by the same authority', async (t) => {
  const { bench } = t.context;
  const before = text((await bench.client.get(secrets, AUTHORITY)).data, 'tls.crt');
  const args = [...SELF_SIGNED, '--artifacts-name=artifacts.example'];
  await during(bench, { name: 'renamed', args }, async () => {
    const secret = await bench.follow(
      secrets,
      SERVED,
      (object) => new X509Certificate(text(object?.data, 'tls.crt')).checkHost('artifacts.example') !== undefined,
    );
    t.true(new X509Certificate(text(secret?.data, 'tls.crt')).verify(new X509Certificate(before).publicKey));
  });
  t.is(text((await bench.client.get(secrets, AUTHORITY)).data, 'tls.crt'), before);
});

test.serial('a Secret that is not the chart’s is left alone, and the log says what to do', async (t) => {
  const { bench } = t.context;
  await bench.client.delete(secrets, SERVED);
  await bench.client.create(secrets, { metadata: SERVED, data: { 'tls.crt': 'bWluZQ==' } });
  await during(bench, { name: 'stranger', args: SELF_SIGNED }, async (operator) => {
    await logged(operator, /is not the chart's .*artifacts\.tls\.source/);
  });
  t.is(text((await bench.client.get(secrets, SERVED)).data, 'tls.crt'), 'mine');
});

test.serial('a CA that cert-manager wrote is told to the agents, once it is there', async (t) => {
  const { bench } = t.context;
  const { certificate } = bench.cluster.authority;
  await during(bench, { name: 'published', args: ['--artifacts-certificate=published'] }, async (operator) => {
    await logged(operator, /has no ca\.crt yet: .*describe certificates/);
    const secret = await bench.client.get(secrets, SERVED);
    const data = { 'ca.crt': Buffer.from(certificate).toString('base64') };
    await bench.client.update(secrets, { ...secret, data });
    await bench.follow(configMaps, CA_MAPS[1], (map) => map?.data?.['ca.crt'] === certificate);
  });
  t.pass();
});

test.serial('an authority whose key was lost is replaced, and both namespaces hear of it', async (t) => {
  const { bench } = t.context;
  const chart = { 'app.kubernetes.io/part-of': 'nicdiag' };
  await bench.client.delete(secrets, SERVED);
  await bench.client.create(secrets, { metadata: { ...SERVED, labels: chart } });
  const before = await bench.client.get(secrets, AUTHORITY);
  await bench.client.update(secrets, { ...before, data: { 'tls.crt': before.data?.['tls.crt'] ?? '' } });
  await during(bench, { name: 'renewed', args: SELF_SIGNED }, async () => {
    const certificate = new X509Certificate(await served(bench));
    for (const ref of CA_MAPS) {
      const { data } = await bench.client.get(configMaps, ref);
      t.true(certificate.verify(new X509Certificate(data?.['ca.crt'] ?? '').publicKey), ref.namespace);
    }
  });
});
