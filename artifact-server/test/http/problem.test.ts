import { ManifestError, StoreError } from '@nicdiag/artifacts';
import { KubeError } from '@nicdiag/kube';
import test from 'ava';
import { problemOf } from '../../src/http/problem.ts';

const away = new KubeError({ code: 'ConnectionFailed', status: 0, attempted: 'POST /tokenreviews', reason: 'refused' });

for (const [title, thrown, code, status, retryAfterMs] of [
  [
    'a manifest that is wrong',
    new ManifestError('Invalid', 'manifest.node must be a node name'),
    'ManifestInvalid',
    422,
  ],
  ['a blob that is not what it should be', new StoreError('BlobCorrupt', 'damaged'), 'BlobCorrupt', 422],
  ['a volume without room for a blob', new StoreError('StoreFull', 'full'), 'StoreFull', 507, 10_000],
  ['a bucket that does not answer', new StoreError('StoreUnavailable', 'timeout'), 'Unavailable', 503, 10_000],
  ['a bucket that refuses', new StoreError('StoreRefused', 'AccessDenied'), 'Unavailable', 503, 60_000],
  ['a volume without room for the ledger', Object.assign(new Error('write'), { code: 'ENOSPC' }), 'StoreFull', 507],
  ['an API server that is away', away, 'Unavailable', 503, 10_000],
  ['anything else', new TypeError('x is not a function'), 'InternalError', 500],
] as const) {
  test(`${title} is answered with ${code}`, (t) => {
    const problem = problemOf(thrown);
    t.is(problem.code, code);
    t.is(problem.status, status);
    t.is(problem.retryAfterMs, retryAfterMs);
    t.is(problem.retryable, code !== 'ManifestInvalid');
    t.false(code === 'InternalError' && problem.message.includes('not a function'), 'internals stay in the log');
  });
}
