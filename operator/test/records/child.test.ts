import type { NodeCaptureStatus } from '@nicdiag/api';
import test from 'ava';
import { record } from '../fixtures.ts';

const pciAddress = '0000:03:00.0';

const rows: readonly { readonly what: string; readonly status: NodeCaptureStatus; readonly expected?: string }[] = [
  {
    what: 'a device that supports nothing',
    status: { state: 'Succeeded', devices: [{ pciAddress, state: 'Unsupported', reason: 'DeviceUnsupported' }] },
    expected: 'DeviceUnsupported',
  },
  {
    what: 'a device that supports some of its collectors',
    status: {
      state: 'Succeeded',
      reason: 'WithUnsupported',
      devices: [
        {
          pciAddress,
          state: 'Succeeded',
          reason: 'Unsupported',
          collectors: [{ name: 'regs', state: 'Unsupported', reason: 'Unsupported' }],
        },
      ],
    },
    expected: 'Unsupported',
  },
  { what: 'no device', status: { state: 'Unsupported', reason: 'DeviceUnsupported' }, expected: 'DeviceUnsupported' },
  { what: 'devices that do all', status: { state: 'Succeeded', devices: [{ pciAddress, state: 'Succeeded' }] } },
];

for (const { what, status, expected } of rows) {
  test(`unsupported of a node with ${what} is ${expected ?? 'nothing'}`, (t) => {
    t.is(record('gpu-c', status).unsupported, expected);
  });
}
