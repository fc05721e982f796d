import { errorOfAnswer, KubeError } from '@nicdiag/kube';
import test from 'ava';
import { errorLines } from '../src/errorLines.ts';

const CAPTURES = '/apis/nicdiag.dev/v1alpha1/namespaces/sre/diagnosticcaptures';

function refusal(attempted: string, status: number, reason: string, message: string, details = {}): KubeError {
  return errorOfAnswer(
    attempted,
    status,
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, details, code: status }),
  );
}

const CASES: ReadonlyArray<readonly [string, unknown, readonly string[]]> = [
  [
    'a capture that is not there',
    refusal(`GET ${CAPTURES}/x`, 404, 'NotFound', 'diagnosticcaptures.nicdiag.dev "x" not found', {
      name: 'x',
      kind: 'diagnosticcaptures',
    }),
    ['error: there is no capture x in namespace sre; kubectl nicdiag list -A shows those there are'],
  ],
  [
    'a namespace that is not there',
    refusal(`POST ${CAPTURES}`, 404, 'NotFound', 'namespaces "sre" not found', { name: 'sre', kind: 'namespaces' }),
    ['error: there is no namespace sre'],
  ],
  [
    'a Service that is not there',
    refusal('GET /api/v1/namespaces/nope/services/https:a:https/proxy/v1', 404, 'NotFound', 'services "a" not found', {
      name: 'a',
      kind: 'services',
    }),
    ['error: there is no Service a in namespace nope; --system-namespace says where nicdiag is installed'],
  ],
  [
    'a cluster without nicdiag',
    errorOfAnswer(`GET ${CAPTURES}`, 404, '404 page not found\n'),
    ['error: this cluster does not know nicdiag.dev/v1alpha1: is nicdiag installed there, and is it the right one?'],
  ],
  [
    'a name that is taken',
    refusal(`POST ${CAPTURES}`, 409, 'AlreadyExists', 'it exists', { name: 'x', kind: 'diagnosticcaptures' }),
    [
      'error: capture sre/x exists already, and a capture runs once: give this one another name (or metadata.generateName), or delete the old one',
    ],
  ],
  [
    'an invalid capture: its causes, each once, without what was not checked for them',
    refusal(`POST ${CAPTURES}`, 422, 'Invalid', 'invalid: [spec.deadline: too long, <nil>: not checked]', {
      name: 'x',
      kind: 'DiagnosticCapture',
      causes: [
        { field: 'spec.deadline', message: 'too long' },
        { field: '<nil>', message: 'some validation rules were not checked' },
      ],
    }),
    ['error: the API server refuses it', '  spec.deadline: too long'],
  ],
  [
    'a refusal by policy: once, though the server says it twice',
    refusal(`POST ${CAPTURES}`, 403, 'Forbidden', 'captures "x" is forbidden: denied: alice may not', {
      name: 'x',
      causes: [{ message: 'denied: alice may not' }],
    }),
    ['error: captures "x" is forbidden: denied: alice may not'],
  ],
  [
    'no answer',
    new KubeError({ code: 'ConnectionFailed', status: 0, attempted: 'GET /api', reason: 'no answer from https://h' }),
    ['error: no answer from https://h'],
  ],
  [
    'a broken API server: with what was asked',
    refusal(`GET ${CAPTURES}`, 500, 'InternalError', 'etcd is away'),
    [`error: GET ${CAPTURES}: 500 InternalError: etcd is away`],
  ],
  [
    'a time limit of the command line',
    new DOMException('', 'TimeoutError'),
    ['error: no answer within --request-timeout'],
  ],
  ['any other error', new RangeError('no'), ['error: no']],
  ['something else that was thrown', 'no', ['error: no']],
];

for (const [title, error, lines] of CASES) test(`told of ${title}`, (t) => t.deepEqual(errorLines(error), lines));
