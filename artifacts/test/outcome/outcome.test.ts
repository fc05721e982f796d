import test from 'ava';
import { type CollectorOutcome, type DeviceOutcome, foldCollectors, foldDevices } from '../../src/outcome/outcome.ts';

const collector = (
  name: string,
  state: CollectorOutcome['state'],
  reason?: CollectorOutcome['reason'],
): CollectorOutcome => ({
  name,
  state,
  ...(reason === undefined ? {} : { reason }),
  items: 3,
  itemErrors: 0,
});

for (const [title, collectors, state, reason] of [
  ['all done', [collector('a', 'Succeeded'), collector('b', 'Succeeded')], 'Succeeded', 'Succeeded'],
  [
    'an unsupported one beside a done one takes nothing away',
    [collector('a', 'Succeeded'), collector('b', 'Unsupported', 'Unsupported')],
    'Succeeded',
    'Unsupported',
  ],
  ['nothing but unsupported ones', [collector('a', 'Unsupported', 'Unsupported')], 'Unsupported', 'DeviceUnsupported'],
  ['item errors', [collector('a', 'Partial', 'ItemErrors'), collector('b', 'Succeeded')], 'Partial', 'ItemErrors'],
  [
    'one failed, one done',
    [collector('a', 'Failed', 'DeviceGone'), collector('b', 'Succeeded')],
    'Partial',
    'DeviceGone',
  ],
  [
    'all failed for one reason',
    [collector('a', 'Failed', 'DeviceHung'), collector('b', 'Failed', 'DeviceHung')],
    'Failed',
    'DeviceHung',
  ],
  [
    'all failed for several',
    [collector('a', 'Failed', 'DeviceHung'), collector('b', 'Failed', 'SpoolFull')],
    'Failed',
    'Failed',
  ],
  [
    'some bad for several',
    [collector('a', 'Partial', 'ItemErrors'), collector('b', 'Failed', 'DeviceGone')],
    'Partial',
    'Partial',
  ],
  [
    'failed beside unsupported',
    [collector('a', 'Failed', 'CollectorError'), collector('b', 'Unsupported', 'Unsupported')],
    'Failed',
    'CollectorError',
  ],
  [
    'cancelled in the middle',
    [collector('a', 'Succeeded'), collector('b', 'Cancelled', 'Cancelled')],
    'Cancelled',
    'Cancelled',
  ],
] as const) {
  test(`device: ${title} is ${state}, ${reason}`, (t) => {
    t.like(foldCollectors(collectors), { state, reason });
  });
}

const device = (state: DeviceOutcome['state'], reason: DeviceOutcome['reason']) => ({
  pciAddress: '0000:03:00.0',
  state,
  reason,
});

for (const [title, devices, state, reason] of [
  ['none', [], 'Failed', 'NoDeviceMatches'],
  ['all done', [device('Succeeded', 'Succeeded')], 'Succeeded', 'Succeeded'],
  [
    'one unsupported',
    [device('Succeeded', 'Succeeded'), device('Unsupported', 'DeviceUnsupported')],
    'Succeeded',
    'WithUnsupported',
  ],
  ['one with an unsupported collector', [device('Succeeded', 'Unsupported')], 'Succeeded', 'WithUnsupported'],
  ['all unsupported', [device('Unsupported', 'DeviceUnsupported')], 'Unsupported', 'DeviceUnsupported'],
  ['one hung, one done', [device('Failed', 'DeviceHung'), device('Succeeded', 'Succeeded')], 'Partial', 'DeviceHung'],
  ['all failed alike', [device('Failed', 'UploadFailed'), device('Failed', 'UploadFailed')], 'Failed', 'UploadFailed'],
  ['all failed otherwise', [device('Failed', 'OpenFailed'), device('Failed', 'DeviceGone')], 'Failed', 'Failed'],
  [
    'failed and unsupported',
    [device('Failed', 'OpenFailed'), device('Unsupported', 'DeviceUnsupported')],
    'Failed',
    'OpenFailed',
  ],
  ['a cancelled one', [device('Cancelled', 'Cancelled'), device('Succeeded', 'Succeeded')], 'Cancelled', 'Cancelled'],
] as const) {
  test(`node: ${title} is ${state}, ${reason}`, (t) => {
    t.like(foldDevices(devices), { state, reason });
  });
}

test('messages name the collector and the device', (t) => {
  const outcome = foldCollectors([{ ...collector('regs', 'Failed', 'DeviceGone'), message: 'it left' }]);
  t.is(outcome.message, 'regs: it left');
  t.is(foldDevices([device('Failed', 'DeviceGone')]).message, '0000:03:00.0: DeviceGone');
});

test('a filter that means only cards that cannot be asked names them', (t) => {
  t.is(foldDevices([]).message, 'no device of this node passes spec.target.devices');
  t.is(
    foldDevices([], ['0000:03:00.0 (ConnectX-7): FirmwareInRecovery, no firmware runs on it']).message,
    'no device of this node passes spec.target.devices, which may mean cards that do not answer: ' +
      '0000:03:00.0 (ConnectX-7): FirmwareInRecovery, no firmware runs on it',
  );
});
