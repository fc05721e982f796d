import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { editedProfile, speakVersion } from '../../../emulator/test/editedProfile.ts';
import type { Item } from '../../src/collect/item.ts';
import type { CoreDumpSpec } from '../../src/collect/spec.ts';
import { decodeItem } from '../../src/decode/decodeItem.ts';
import type { CollectorReason } from '../../src/lane/events.ts';
import { type EmulatedHost, emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { nothingLent } from '../lentMemory.ts';
import { capabilities, lane } from './laneRun.ts';

const core: CoreDumpSpec = { name: 'core', type: 'CoreDump' };
const CX7 = '0000:03:00.0';
const MIB = 1024 * 1024;
const WINDOW = 2 * MIB;
const intrusive = { specs: [core], impact: 'Intrusive' } as const;

const reason = whyNoEmulator();
const onHost = reason === undefined ? test.serial : test.skip;
if (reason !== undefined) test(`core dumps of emulated devices are skipped: ${reason}`, (t) => t.pass());

/** What firmware wrote into memory. */
function dumped({ frames }: Item): Uint8Array {
  return frames.at(-1)?.outbox.subarray(80) ?? new Uint8Array(0);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Whether the one fault of a host has had its command. */
async function struck(host: EmulatedHost): Promise<boolean> {
  const { faults } = await host.control({ status: true });
  return (faults as readonly { readonly struck: number }[]).some((fault) => fault.struck > 0);
}

/** A host whose first card has a dump of three windows. */
function hostWith(version: string): Promise<EmulatedHost> {
  return emulatedHost(
    editedProfile('gpu-a', (profile) => {
      speakVersion(version)(profile);
      profile.cards[0]!.coreDumpBytes = 5 * MIB;
    }),
  );
}

for (const version of ['V1', 'V2', 'V3', 'V4']) {
  onHost(`a core dump comes whole through mlx5ctl ${version}, and leaves nothing behind`, async (t) => {
    const host = await hostWith(version);
    try {
      const { events, items, ends, ended } = await lane(host.device(CX7), intrusive);
      t.like(events[0], { type: 'opened', info: { kind: 'mlx5ctl', abi: version } });
      t.is(ended.outcome, 'done');
      t.like(ends[0], { state: 'Done', items: 3, itemErrors: 0 });
      t.deepEqual(
        items.map((item) => dumped(item).length),
        [WINDOW, WINDOW, MIB],
      );
      let last = -1;
      for (const item of items) {
        const bytes = dumped(item);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        for (let at = 0; at < bytes.length; at += 8) {
          const address = view.getUint32(at);
          if (address <= last) t.fail(`0x${address.toString(16)} after 0x${last.toString(16)}`);
          last = address;
        }
        t.is(decodeItem(item).fields['words'], bytes.length / 8);
      }
      await nothingLent(t, host, version);
      const log = host.log();
      t.true(
        log.every(({ mutation }) => mutation === undefined),
        'nothing that others could notice',
      );
      const made = log.filter(({ uid, own }) => uid !== 0 && own !== undefined).map(({ command }) => command);
      t.deepEqual(made, [
        'ALLOC_PD',
        'CREATE_UMEM',
        'CREATE_MKEY',
        'DESTROY_MKEY',
        // FUSE does not let V1's number through: the memory is unregistered when the file is closed.
        ...(version === 'V1' ? ['DEALLOC_PD', 'DESTROY_UMEM'] : ['DESTROY_UMEM', 'DEALLOC_PD']),
      ]);
    } finally {
      await host.stop();
    }
  });
}

onHost('through fwctl a core dump is Unsupported before any command, with the way that there is', async (t) => {
  const host = await emulatedHost('gpu-b');
  try {
    const [device] = host.devices;
    const { items, ends } = await lane(device!, intrusive);
    t.deepEqual(items, []);
    t.like(ends[0], { state: 'Unsupported', reason: 'Unsupported' });
    t.regex(ends[0]?.message ?? '', /lets no memory be registered.*devlink health dump show pci\//);
    t.deepEqual(
      host.log().filter(({ uid }) => uid !== 0),
      [],
    );
  } finally {
    await host.stop();
  }
});

type LaneReason = CollectorReason | 'Done';

/** Steps of a dump of three windows, and what its collector ends with when firmware refuses one or it never gets there. */
const STEPS: readonly (readonly [
  name: string,
  fault: Readonly<Record<string, unknown>>,
  refused: LaneReason,
  failed: LaneReason,
])[] = [
  ['ALLOC_PD', { opcode: 0x800 }, 'Unsupported', 'CollectorError'],
  ['CREATE_UMEM', { opcode: 0xa08 }, 'Unsupported', 'CollectorError'],
  ['CREATE_MKEY', { opcode: 0x200 }, 'Unsupported', 'CollectorError'],
  ['the first window', { register: '0x402e' }, 'Unsupported', 'CollectorError'],
  ['the second window', { register: '0x402e', afterCommands: 1 }, 'CollectorError', 'CollectorError'],
  ['DESTROY_MKEY', { opcode: 0x202 }, 'Done', 'Done'],
  ['DESTROY_UMEM', { opcode: 0xa0a }, 'Done', 'Done'],
  ['DEALLOC_PD', { opcode: 0x801 }, 'Done', 'Done'],
];

onHost('whatever step fails, everything is released and the next collector runs', async (t) => {
  const host = await hostWith('V4');
  try {
    for (const [name, filter, refused, failed] of STEPS) {
      for (const [effect, expected] of [
        [{ fault: 'refuse', status: 'BAD_PARAM' }, refused],
        [{ fault: 'errno', errno: 'EIO' }, failed],
      ] as const) {
        const when = `${effect.fault} at ${name}`;
        await host.control({ ...effect, ...filter, device: CX7, times: 1 });
        const { ends, ended } = await lane(host.device(CX7), { ...intrusive, specs: [core, capabilities] });
        await host.control({ clear: true });
        t.is(ended.outcome, 'done', when);
        t.is(ends[0]?.reason ?? ends[0]?.state, expected, `${when}: ${ends[0]?.message}`);
        t.like(ends[1], { state: 'Done' }, when);
        await nothingLent(t, host, when);
      }
    }
  } finally {
    await host.stop();
  }
});

onHost('wherever the device vanishes, the lane ends as gone and nothing is left', async (t) => {
  const host = await hostWith('V4');
  try {
    for (const [name, filter] of STEPS) {
      await host.control({ fault: 'remove', ...filter, device: CX7, afterCommands: 0, ...filter, times: 1 });
      const { ends } = await lane(host.device(CX7), intrusive);
      await host.control({ clear: true });
      const before = ['DESTROY_MKEY', 'DESTROY_UMEM', 'DEALLOC_PD'].includes(name);
      t.is(ends[0]?.reason ?? ends[0]?.state, before ? 'Done' : 'DeviceGone', `${name}: ${ends[0]?.message}`);
      await nothingLent(t, host, `removed at ${name}`);
      await host.control({ fault: 'restore', device: CX7 });
    }
  } finally {
    await host.stop();
  }
});

onHost('cancelled in the middle, a dump keeps what it has and releases its memory', async (t) => {
  const host = await hostWith('V4');
  try {
    // The second window is not answered before the lane has been cancelled.
    await host.control({ fault: 'hang', register: '0x402e', device: CX7, afterCommands: 1, times: 1 });
    const cancelling = new AbortController();
    const { items, ends, ended } = await lane(host.device(CX7), {
      ...intrusive,
      signal: cancelling.signal,
      async onEvent(event) {
        if (event.type !== 'items' || cancelling.signal.aborted) return;
        while (!(await struck(host))) await setImmediate();
        cancelling.abort();
        await host.control({ clear: true });
      },
    });
    t.is(ended.outcome, 'cancelled');
    t.is(ends[0]?.state, 'Cancelled');
    t.deepEqual(
      items.map((item) => dumped(item).length),
      [WINDOW, WINDOW],
    );
    await nothingLent(t, host, 'cancelled');
  } finally {
    await host.stop();
  }
});

onHost('in place, items are good until the next event is asked for, and then their memory is used again', async (t) => {
  const host = await hostWith('V4');
  try {
    const copied = await lane(host.device(CX7), intrusive);
    const seen: string[] = [];
    let first: Item | undefined;
    await lane(host.device(CX7), {
      ...intrusive,
      inPlace: true,
      async onEvent(event) {
        if (event.type !== 'items') return;
        // The lane goes on meanwhile, as far as it can.
        await host.control({ status: true });
        for (const item of event.items) seen.push(digest(dumped(item)));
        first ??= event.items[0];
      },
    });
    t.deepEqual(
      seen,
      copied.items.map((item) => digest(dumped(item))),
    );
    t.not(digest(dumped(first!)), seen[0]);
  } finally {
    await host.stop();
  }
});

onHost('a dump that was cut off goes on where it was', async (t) => {
  const host = await hostWith('V4');
  try {
    const whole = await lane(host.device(CX7), intrusive);
    const rest = await lane(host.device(CX7), { ...intrusive, done: whole.items.slice(0, 2) });
    t.deepEqual(
      rest.items.map(({ key }) => key),
      [whole.items[2]!.key],
    );
    t.deepEqual(dumped(rest.items[0]!), dumped(whole.items[2]!));
  } finally {
    await host.stop();
  }
});
