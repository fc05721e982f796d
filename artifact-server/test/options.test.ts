import test from 'ava';
import { parseOptions } from '../src/options.ts';
import { UsageError } from '../src/usageError.ts';

const REQUIRED = ['--store', '/var/lib/nicdiag', '--listen', ':8443', '--tls-cert', 'tls.crt', '--tls-key', 'tls.key'];

test('what is not said has the defaults of the chart', (t) => {
  t.deepEqual(parseOptions(REQUIRED), {
    store: { type: 'directory', directory: '/var/lib/nicdiag' },
    listen: ':8443',
    healthListen: '127.0.0.1:8081',
    tls: { cert: 'tls.crt', key: 'tls.key' },
    callers: {
      agent: 'system:serviceaccount:nicdiag-agent:nicdiag-agent',
      operator: 'system:serviceaccount:nicdiag-system:nicdiag-operator',
    },
    sweepIntervalMs: 600_000,
    sweepGraceMs: 3_600_000,
    massDeletionHoldMs: 86_400_000,
    logLevel: 'info',
  });
});

test('a command line that cannot be used is refused with its flag', (t) => {
  for (const [args, message] of [
    [REQUIRED.slice(2), '--store is required'],
    [[...REQUIRED, '--listen', 'nowhere'], /^--listen: "nowhere" is not an address/],
    [[...REQUIRED, '--agent-service-account', 'agent'], '--agent-service-account must be NAMESPACE:NAME, not agent'],
    [[...REQUIRED, '--sweep-grace', 'soon'], /^--sweep-grace: /],
    [[...REQUIRED, '--log-level', 'loud'], '--log-level must be one of error, warn, info, debug'],
    [[...REQUIRED, '--unknown'], /unknown/i],
  ] as const) {
    t.throws(() => parseOptions(args), { instanceOf: UsageError, message });
  }
});

const BUCKET = ['--store', 's3://captures/site-a/nicdiag', ...REQUIRED.slice(2), '--staging', '/staging'];

test('a store in a bucket has a region, of the command line or of the environment', (t) => {
  const bucket = { type: 'bucket', bucket: 'captures', prefix: 'site-a/nicdiag', staging: '/staging' };
  t.deepEqual(parseOptions(BUCKET, { AWS_REGION: 'eu-central-1' }).store, {
    ...bucket,
    ...{ region: 'eu-central-1', forcePathStyle: false },
  });
  const all = ['--s3-endpoint', 'https://s3.example:9000', '--s3-region', 'here', '--s3-force-path-style'];
  t.deepEqual(parseOptions([...BUCKET, ...all, '--s3-ca', 'ca.crt', '--staging-limit', '8Gi'], {}).store, {
    ...bucket,
    ...{ endpoint: 'https://s3.example:9000', region: 'here', forcePathStyle: true },
    ...{ caFile: 'ca.crt', stagingLimit: 8 * 1024 ** 3 },
  });
  for (const [store, prefix] of [
    ['s3://captures', ''],
    ['s3://captures/', ''],
    ['s3://captures/a', 'a'],
  ] as const) {
    const { store: location } = parseOptions([...BUCKET, '--store', store, '--s3-region', 'x'], {});
    t.like(location, { bucket: 'captures', prefix });
  }
});

test('a bucket that cannot be one is refused, and flags of a bucket with a directory', (t) => {
  const env = { AWS_REGION: 'x' };
  for (const [args, message] of [
    [[...BUCKET, '--store', 's3://a'], /^--store: s3:\/\/a is not s3:\/\/BUCKET/],
    [[...BUCKET, '--store', 's3://captures//a'], /is not s3:/],
    [[...BUCKET, '--store', 's3://captures/a/'], /is not s3:/],
    [[...BUCKET, '--store', 's3://captures/a b'], /is not s3:/],
    [[...BUCKET, '--s3-endpoint', 's3.example'], /^--s3-endpoint must be an http or https URL/],
    [[...BUCKET, '--staging-limit', 'much'], /^--staging-limit: /],
    [BUCKET.slice(0, -2), '--staging is required'],
    [[...REQUIRED, '--staging', '/staging'], '--staging is for --store s3://BUCKET, not for a directory'],
    [[...REQUIRED, '--s3-force-path-style'], '--s3-force-path-style is for --store s3://BUCKET, not for a directory'],
  ] as const) {
    t.throws(() => parseOptions(args, env), { instanceOf: UsageError, message });
  }
  t.throws(() => parseOptions(BUCKET, {}), { message: '--s3-region is required where AWS_REGION is not set' });
});
