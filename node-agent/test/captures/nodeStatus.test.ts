import test from 'ava';
import fc from 'fast-check';
import { finalStatus, runningStatus } from '../../src/captures/nodeStatus.ts';
import type { CaptureRecord, CollectorRecord, DeviceRecord } from '../../src/journal/captureRecord.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const collector: CollectorRecord = {
  name: 'regs',
  state: 'Succeeded',
  items: 167,
  itemErrors: 0,
  totalBytes: 1_000_000,
  storedBytes: 70_000,
};

function device(index: number, change: Partial<DeviceRecord> = {}): DeviceRecord {
  const pciAddress = `0000:${index.toString(16).padStart(2, '0')}:00.0`;
  return {
    device: { pciAddress } as DeviceRecord['device'],
    spans: [],
    ended: [collector],
    manifest: { digest, sizeBytes: 3540 },
    upload: { state: 'acknowledged' },
    ...change,
  };
}

function capture(devices: readonly DeviceRecord[] | undefined, change: Partial<CaptureRecord> = {}): CaptureRecord {
  const collectors = [{ name: 'regs', type: 'RegisterDump', registerDump: { set: 'Standard' } }] as const;
  return {
    phase: 'open',
    uid: 'a',
    namespace: 'sre',
    name: 'slow-1',
    capture: { name: 'slow', uid: 'b' },
    work: {
      devices: { functions: ['PF'], linkState: 'Any' },
      collectors,
      impact: 'ReadOnly',
      deadline: '',
      nodeDeadline: '',
      maxBytesPerDevice: 1,
    },
    assignedAt: '2026-01-01T00:00:00Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    firstCommandAt: '2026-01-01T00:00:01.200001Z',
    ...(devices === undefined ? {} : { devices }),
    ...change,
  };
}

const at = '2026-01-01T00:00:05.000Z';

test('a done capture says so, with its bytes, and takes back what Running had written', (t) => {
  const status = finalStatus(capture([device(1), device(2)]), at);
  t.like(status, { state: 'Succeeded', reason: 'Succeeded', message: null, finishedAt: at, totalBytes: 2_000_000 });
  t.deepEqual(status.devices?.[0], {
    pciAddress: '0000:01:00.0',
    state: 'Succeeded',
    reason: 'Succeeded',
    items: 167,
    itemErrors: 0,
    manifest: { digest, sizeBytes: 3540 },
  });
});

test('while it runs it says how far it is', (t) => {
  const { manifest: _, ...open } = device(2);
  t.like(runningStatus(capture([device(1), open])), { state: 'Running', message: '1 of 2 devices done' });
});

const cases: readonly (readonly [string, CaptureRecord, string, string])[] = [
  ['no device matched', capture([]), 'Failed', 'NoDeviceMatches'],
  [
    'stopped before the devices were looked at',
    capture(undefined, { stop: 'NodeDeadlineExceeded' }),
    'Failed',
    'NodeDeadlineExceeded',
  ],
  ['cancelled before the devices were looked at', capture(undefined, { stop: 'Cancelled' }), 'Cancelled', 'Cancelled'],
  ['not in the store in time', capture([device(1, { upload: undefined as never })]), 'Failed', 'UploadFailed'],
  [
    'refused by the store for its limit',
    capture([device(1, { upload: { state: 'refused', reason: 'LimitExceeded', message: 'full' } })]),
    'Failed',
    'LimitExceeded',
  ],
  [
    'not begun before the deadline',
    capture([device(1), device(2, { ended: [], manifest: undefined as never })], { stop: 'DeadlineExceeded' }),
    'Partial',
    'DeadlineExceeded',
  ],
  [
    'stopped by the deadline and not in the store',
    capture(
      [
        device(1, {
          upload: undefined as never,
          ended: [{ ...collector, state: 'Partial', reason: 'NodeDeadlineExceeded' }],
        }),
      ],
      {
        stop: 'NodeDeadlineExceeded',
      },
    ),
    'Failed',
    'NodeDeadlineExceeded',
  ],
  ['a defect', capture([device(1, { ended: [], manifest: undefined as never })]), 'Failed', 'CollectorError'],
];

for (const [title, record, state, reason] of cases) {
  test(`${title}: ${state}, ${reason}`, (t) => {
    t.like(finalStatus(record, at), { state: state as never, reason });
  });
}

test('why the store has not taken the evidence is in the message', (t) => {
  const status = finalStatus(capture([device(1, { upload: undefined as never })]), at, 'connect ECONNREFUSED');
  t.regex(status.devices?.[0]?.message ?? '', /connect ECONNREFUSED/);
});

test('a terminal status has at most 4 kB at 8 devices, and 512 B for each further one, whatever went wrong', (t) => {
  const long = fc.string({ minLength: 0, maxLength: 900 });
  const bad = fc.record({
    name: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 32, maxLength: 32 }),
    state: fc.constantFrom('Partial', 'Failed', 'Unsupported'),
    reason: fc.constant('NodeDeadlineExceeded'),
    message: long,
    items: fc.nat(1_000_000),
    itemErrors: fc.nat(1000),
    totalBytes: fc.nat(),
    storedBytes: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(fc.array(bad, { minLength: 1, maxLength: 16 }), { minLength: 1, maxLength: 80 }), (ends) => {
      const devices = ends.map((ended, index) => device(index, { ended: ended as CollectorRecord[] }));
      const status = finalStatus(capture(devices), at);
      const size = Buffer.byteLength(JSON.stringify(status));
      const count = Math.min(64, devices.length);
      return (
        size <= Math.max(4096, count * 512) && status.devices?.length === count && (status.message?.length ?? 0) <= 512
      );
    }),
    { numRuns: 60 },
  );
  t.pass();
});
