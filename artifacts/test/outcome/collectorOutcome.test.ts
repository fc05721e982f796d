import test from 'ava';
import {
  collectorOutcome,
  type LaneEnd,
  type ReportedEnd,
  type StopReason,
} from '../../src/outcome/collectorOutcome.ts';

type Row = readonly [
  title: string,
  end: Partial<ReportedEnd> | undefined,
  lane: LaneEnd | undefined,
  counted: readonly [items: number, errors: number],
  stop: StopReason | undefined,
  state: string,
  reason: string | undefined,
];

const rows: readonly Row[] = [
  ['done', { state: 'Done' }, undefined, [71, 0], undefined, 'Succeeded', undefined],
  ['done with refusals', { state: 'Done' }, undefined, [71, 3], undefined, 'Partial', 'ItemErrors'],
  ['done with nothing but refusals', { state: 'Done' }, undefined, [3, 3], undefined, 'Failed', 'ItemErrors'],
  ['unsupported', { state: 'Unsupported' }, undefined, [0, 0], undefined, 'Unsupported', 'Unsupported'],
  [
    'the device left half way',
    { state: 'Failed', reason: 'DeviceGone' },
    undefined,
    [30, 1],
    undefined,
    'Partial',
    'DeviceGone',
  ],
  [
    'the device left before anything was read',
    { state: 'Failed', reason: 'DeviceGone' },
    undefined,
    [1, 1],
    undefined,
    'Failed',
    'DeviceGone',
  ],
  [
    'the lane hung before the collector had an end',
    undefined,
    { outcome: 'hung' },
    [0, 0],
    undefined,
    'Failed',
    'DeviceHung',
  ],
  [
    'the device could not be opened',
    undefined,
    { outcome: 'openFailed', message: 'EACCES' },
    [0, 0],
    undefined,
    'Failed',
    'OpenFailed',
  ],
  ['the device was gone before its turn', undefined, { outcome: 'gone' }, [0, 0], undefined, 'Failed', 'DeviceGone'],
  ['the lane crashed', undefined, { outcome: 'crashed' }, [9, 0], undefined, 'Partial', 'CollectorError'],
  ['the spool was full', undefined, { outcome: 'spoolFull' }, [9, 0], undefined, 'Partial', 'SpoolFull'],
  [
    'the spool was full, the lane says cancelled',
    { state: 'Cancelled' },
    { outcome: 'spoolFull' },
    [9, 0],
    undefined,
    'Partial',
    'SpoolFull',
  ],
  [
    'the limit of bytes',
    { state: 'Failed', reason: 'LimitExceeded' },
    undefined,
    [9, 0],
    undefined,
    'Partial',
    'LimitExceeded',
  ],
  ['cancelled', { state: 'Cancelled' }, undefined, [9, 0], 'Cancelled', 'Cancelled', 'Cancelled'],
  ['cancelled before its turn', undefined, { outcome: 'cancelled' }, [0, 0], 'Cancelled', 'Cancelled', 'Cancelled'],
  [
    'the deadline came in the middle',
    { state: 'Cancelled' },
    undefined,
    [9, 0],
    'DeadlineExceeded',
    'Partial',
    'DeadlineExceeded',
  ],
  [
    'the node deadline came first',
    undefined,
    { outcome: 'cancelled' },
    [0, 0],
    'NodeDeadlineExceeded',
    'Failed',
    'NodeDeadlineExceeded',
  ],
  ['ended by somebody else', { state: 'Cancelled' }, undefined, [9, 0], 'EndedElsewhere', 'Cancelled', 'Cancelled'],
];

for (const [title, end, lane, [items, itemErrors], stop, state, reason] of rows) {
  test(`${title}: ${state} ${reason ?? ''}`, (t) => {
    const told =
      end === undefined ? undefined : ({ name: 'regs', items, itemErrors, state: 'Done', ...end } as ReportedEnd);
    const outcome = collectorOutcome('regs', told, lane, { items, itemErrors, failures: [] }, stop);
    t.is(outcome.state, state as typeof outcome.state);
    t.is(outcome.reason, reason as typeof outcome.reason);
    t.is(outcome.items, items);
  });
}

test('the first read that was refused or failed is named with the answer', (t) => {
  const message = (itemErrors: number, first: { key: string; status?: string; syndrome?: string; errno?: string }) =>
    collectorOutcome('regs', { state: 'Done' }, undefined, { items: 71, itemErrors, failures: [first] }, undefined)
      .message;
  const refused = { key: 'PPCNT{grp=0x1,local_port=1}', status: 'BAD_PARAM', syndrome: '0x006045d9' };
  t.is(
    message(1, refused),
    '1 of 71 reads was refused or failed: PPCNT{grp=0x1,local_port=1} (BAD_PARAM, syndrome 0x006045d9)',
  );
  t.is(
    message(3, { key: 'MGIR', errno: 'ETIMEDOUT' }),
    '3 of 71 reads were refused or failed, first: MGIR (ETIMEDOUT)',
  );
});
