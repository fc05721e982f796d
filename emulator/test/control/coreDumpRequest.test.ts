import test from 'ava';
import { ControlError, parseControlRequest } from '../../src/control/controlRequest.ts';

test('the size of core dumps is set in whole words', (t) => {
  t.deepEqual(parseControlRequest({ coreDump: 16, device: '0000:03:00.0' }), {
    kind: 'coreDump',
    bytes: 16,
    device: '0000:03:00.0',
  });
  for (const coreDump of [0, 12, -8, '16', 2 ** 40]) {
    t.throws(() => parseControlRequest({ coreDump }), { instanceOf: ControlError, message: /a multiple of 8/ });
  }
});
