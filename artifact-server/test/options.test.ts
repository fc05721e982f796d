import test from 'ava';
import { parseOptions, UsageError } from '../src/options.ts';

const REQUIRED = ['--store', '/var/lib/nicdiag', '--listen', ':8443', '--tls-cert', 'tls.crt', '--tls-key', 'tls.key'];

test('what is not said has the defaults of the chart', (t) => {
  t.deepEqual(parseOptions(REQUIRED), {
    store: '/var/lib/nicdiag',
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
