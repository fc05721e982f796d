import test from 'ava';
import { subjectOf } from '../../src/http/subject.ts';

const NAMES = (uid: string) => (uid === 'u-1' ? { namespace: 'sre', name: 'slow-rail' } : undefined);

for (const [what, params, expected] of [
  [
    'an upload',
    { uid: 'u-1', node: 'gpu-a', sha256: 'ab' },
    { capture: 'sre/slow-rail', captureUid: 'u-1', node: 'gpu-a' },
  ],
  [
    'a device manifest',
    { uid: 'u-1', node: 'gpu-a', pciAddress: '0000:03:00.0' },
    { capture: 'sre/slow-rail', captureUid: 'u-1', node: 'gpu-a', device: '0000:03:00.0' },
  ],
  ['a capture that is not known', { uid: 'u-2', node: 'gpu-a' }, { captureUid: 'u-2', node: 'gpu-a' }],
  ['a download', { namespace: 'sre', name: 'slow-rail' }, { capture: 'sre/slow-rail' }],
  ['something else', {}, {}],
] as const) {
  test(`a log line about ${what} says which`, (t) => t.deepEqual(subjectOf(params, NAMES), expected));
}
