import { createHash } from 'node:crypto';
import type { ArtifactTicket } from '@nicdiag/api';
import { ArtifactError } from '@nicdiag/artifacts';
import type { Stored } from '@nicdiag/kube';
import test from 'ava';
import { requireAgentOf, requireOperator } from '../../src/auth/callers.ts';
import { judgeTicket } from '../../src/auth/tickets.ts';
import { identityOf } from '../../src/auth/tokenReview.ts';

const SECRET = 's'.repeat(43);
const NOW = Date.parse('2026-11-22T12:00:00Z');
const capture = { namespace: 'sre', name: 'slow-rail-3' };

function ticket(spec: Partial<ArtifactTicket['spec']> = {}): Stored<ArtifactTicket> {
  return {
    apiVersion: 'nicdiag.dev/v1alpha1',
    kind: 'ArtifactTicket',
    metadata: {
      name: 't-1',
      namespace: 'sre',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-11-22T11:59:00Z',
    },
    spec: {
      capture: 'slow-rail-3',
      user: 'alice',
      secretSha256: createHash('sha256').update(SECRET).digest('hex'),
      expiresAt: '2026-11-22T12:10:00Z',
      ...spec,
    },
  };
}

test('a ticket with its secret, for its capture, in time, is its user', (t) => {
  t.is(judgeTicket(ticket(), { name: 't-1', secret: SECRET }, capture, NOW), 'alice');
});

test('any other ticket is refused with what to do', (t) => {
  const judge = (found: Stored<ArtifactTicket> | undefined, secret = SECRET, now = NOW) =>
    t.throws(() => judgeTicket(found, { name: 't-1', secret }, capture, now), { instanceOf: ArtifactError });
  const cases: readonly [ArtifactError | undefined, ArtifactError['code'], RegExp][] = [
    [judge(undefined), 'TicketInvalid', /does not exist or has another secret; create a new ticket/],
    [judge(ticket(), 'x'.repeat(43)), 'TicketInvalid', /does not exist or has another secret/],
    [judge(ticket({ secretSha256: '' })), 'TicketInvalid', /does not exist or has another secret/],
    [judge(ticket({ capture: 'other' })), 'TicketInvalid', /is for capture other, not for slow-rail-3/],
    [
      judge(ticket(), SECRET, Date.parse('2026-11-22T12:10:00Z')),
      'TicketExpired',
      /expired at 2026-11-22T12:10:00Z; create a new/,
    ],
    [judge(ticket({ expiresAt: 'never' })), 'TicketExpired', /expired at never/],
  ];
  for (const [error, code, message] of cases) {
    t.is(error?.code, code);
    t.regex(error?.message ?? '', message);
  }
});

test('a token is taken only when it is authentic and meant for this server', (t) => {
  const user = {
    username: 'system:serviceaccount:nicdiag-agent:nicdiag-agent',
    extra: { 'authentication.kubernetes.io/node-name': ['gpu-a'] },
  };
  const audiences = ['nicdiag-artifacts'];
  t.like(identityOf({ authenticated: true, audiences, user }), { username: user.username, nodeName: 'gpu-a' });
  for (const status of [
    undefined,
    {},
    { authenticated: false, audiences, user },
    { authenticated: true, audiences: [], user },
    { authenticated: true, audiences: ['https://kubernetes.default.svc'], user },
    { authenticated: true, audiences, user: {} },
  ]) {
    t.is(typeof identityOf(status), 'string');
  }
});

test('only the agent of the node uploads, only the operator seals', (t) => {
  const callers = { agent: 'agent', operator: 'operator' };
  const identity = (username: string, nodeName?: string) => ({
    username,
    uid: '',
    groups: [],
    extra: {},
    ...(nodeName && { nodeName }),
  });
  const code = (work: () => void) => t.throws(work, { instanceOf: ArtifactError })?.code;
  t.notThrows(() => requireAgentOf(identity('agent', 'gpu-a'), 'gpu-a', callers));
  t.is(
    code(() => requireAgentOf(identity('agent', 'gpu-b'), 'gpu-a', callers)),
    'NotYourNode',
  );
  t.is(
    code(() => requireAgentOf(identity('agent'), 'gpu-a', callers)),
    'Forbidden',
  );
  t.is(
    code(() => requireAgentOf(identity('operator', 'gpu-a'), 'gpu-a', callers)),
    'Forbidden',
  );
  t.notThrows(() => requireOperator(identity('operator'), callers));
  t.is(
    code(() => requireOperator(identity('agent', 'gpu-a'), callers)),
    'Forbidden',
  );
});
