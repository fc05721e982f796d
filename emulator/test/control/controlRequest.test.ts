import test from 'ava';
import { ControlError, parseControlRequest } from '../../src/control/controlRequest.ts';

const always = { afterCommands: 0, times: Number.POSITIVE_INFINITY };
const device = '0000:03:00.0';

const understood: readonly (readonly [object, object])[] = [
  [
    { fault: 'refuse', device, register: 'PPCNT', status: 3, times: 1 },
    {
      kind: 'fault',
      filter: { device, register: 0x5008, afterCommands: 0, times: 1 },
      effect: { kind: 'refuse', status: 3, syndrome: 0x0f4a17 },
    },
  ],
  [
    { fault: 'refuse', register: '0x9020', status: 'BAD_SYS_STATE', syndrome: '0x12' },
    { kind: 'fault', filter: { ...always, register: 0x9020 }, effect: { kind: 'refuse', status: 4, syndrome: 0x12 } },
  ],
  [
    { fault: 'delay', opcode: 'QUERY_HCA_CAP', ms: 50, afterCommands: 3 },
    {
      kind: 'fault',
      filter: { opcode: 0x100, afterCommands: 3, times: Number.POSITIVE_INFINITY },
      effect: { kind: 'delay', ms: 50 },
    },
  ],
  [
    { fault: 'hang', device },
    { kind: 'fault', filter: { ...always, device }, effect: { kind: 'hang' } },
  ],
  [
    { fault: 'hang', ms: 60000 },
    { kind: 'fault', filter: always, effect: { kind: 'hang', ms: 60000 } },
  ],
  [
    { fault: 'errno', errno: 'ETIMEDOUT' },
    { kind: 'fault', filter: always, effect: { kind: 'errno', errno: 110 } },
  ],
  [
    { fault: 'remove', device },
    { kind: 'remove', device },
  ],
  [
    { fault: 'remove', device, afterCommands: 5 },
    {
      kind: 'fault',
      filter: { device, afterCommands: 5, times: Number.POSITIVE_INFINITY },
      effect: { kind: 'remove' },
    },
  ],
  [
    { fault: 'internalError', device, afterCommands: 2 },
    {
      kind: 'fault',
      filter: { device, afterCommands: 2, times: Number.POSITIVE_INFINITY },
      effect: { kind: 'internalError' },
    },
  ],
  [
    { fault: 'restore', device },
    { kind: 'restore', device },
  ],
  [
    { fault: 'corrupt', register: '0xc000', offset: 17, xor: '0x80' },
    {
      kind: 'fault',
      filter: { ...always, register: 0xc000 },
      effect: { kind: 'corrupt', offset: 17, xor: 0x80 },
    },
  ],
  [
    { populate: { queuePairs: 5 }, device },
    { kind: 'populate', device, objects: { queuePairs: 5 } },
  ],
  [{ fault: 'clear' }, { kind: 'clear' }],
  [{ clear: true }, { kind: 'clear' }],
  [
    { fault: 'clear', device },
    { kind: 'clear', device },
  ],
  [
    { health: '0x10', device },
    { kind: 'health', syndrome: 16, device },
  ],
  [{ log: true }, { kind: 'log' }],
  [{ status: true }, { kind: 'status' }],
  [
    { snapshot: true, device },
    { kind: 'snapshot', device },
  ],
];
for (const [request, meaning] of understood) {
  test(`${JSON.stringify(request)} is understood`, (t) => t.deepEqual(parseControlRequest(request), meaning as never));
}

const refused: readonly (readonly [unknown, RegExp])[] = [
  [{ health: 256 }, /0 to 255/],
  ['hang', /JSON object/],
  [{ fault: 'explode' }, /"fault" is one of refuse, delay/],
  [{ fault: 'delay' }, /"delay" needs "ms"/],
  [{ fault: 'delay', ms: -1 }, /"ms" is a number from 0 up/],
  [{ fault: 'refuse', status: 0 }, /"status" is 1..255/],
  [{ fault: 'refuse', register: 'PPCNTT', status: 3 }, /"register" is a name/],
  [{ fault: 'errno', errno: 'EWHAT' }, /"errno" is one of/],
  [{ fault: 'corrupt', offset: 3 }, /"corrupt" needs "offset"/],
  [{ fault: 'corrupt', offset: 3, xor: 256 }, /"xor", 1 to 255/],
  [{ fault: 'length' }, /"length" needs "bytes"/],
  [{ fault: 'length', bytes: 2 ** 32 }, /0 to 4294967295/],
  [{ fault: 'remove' }, /"remove" needs a device/],
  [{ fault: 'hang', device: 3 }, /"device" is text/],
];
for (const [request, message] of refused) {
  test(`${JSON.stringify(request)} is refused with a sentence`, (t) => {
    t.throws(() => parseControlRequest(request), { instanceOf: ControlError, message });
  });
}
