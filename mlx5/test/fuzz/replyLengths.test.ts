import assert from 'node:assert/strict';
import anyTest from 'ava';
import fc from 'fast-check';
import { type EditableProfile, editedProfile, speakVersion } from '../../../emulator/test/editedProfile.ts';
import { fuzzing, fuzzTimeoutMs } from '../../../tools/src/fuzz/fuzzing.ts';
import { openChannel } from '../../src/channel/openChannel.ts';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { decodeItem, formatText } from '../../src/decode/index.ts';
import { emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { capabilities, lane } from '../lane/laneRun.ts';
import { nothingLent } from '../lentMemory.ts';

/* Answers of other lengths than were asked for, through the real ioctl: a driver that gives fewer bytes, and by fwctl says so,
 * or says that there are more than there was room for. Both make a device that cannot be trusted; neither may reach memory
 * beyond the outbox, nor end a lane in any other way than by its items. */

const CHANNELS: readonly (readonly [name: string, host: string, edit: (profile: EditableProfile) => void])[] = [
  ...['V1', 'V2', 'V3', 'V4'].map((version) => [`mlx5ctl ${version}`, 'gpu-a', speakVersion(version)] as const),
  ['fwctl', 'gpu-b', () => undefined],
];

const few: CollectorSpec = {
  name: 'regs',
  type: 'RegisterDump',
  registerDump: { registers: ['PAOS', 'PTYS', 'MGIR', 'PPCNT', 'MCAM'].map((each) => ({ name: each })) },
};
const ROOM = 64;
const FENCE = 128;
const UNTOUCHED = 0xa5;

const reason = whyNoEmulator();
const test = reason === undefined ? anyTest.serial : anyTest.skip;
if (reason !== undefined) anyTest(`emulated hosts are skipped: ${reason}`, (t) => t.pass());

const length = fc.oneof(
  fc.constantFrom(0, 1, 8, 15, 16, 17, ROOM - 1, ROOM, ROOM + 1, ROOM + FENCE, 2 ** 21 + 1, 2 ** 31, 2 ** 32 - 1),
  fc.nat(300),
);

for (const [name, profile, edit] of CHANNELS) {
  test(`${name}: an answer of another length stays in its outbox, and the lane ends with items`, async (t) => {
    t.timeout(fuzzTimeoutMs());
    const host = await emulatedHost(editedProfile(profile, edit));
    try {
      const device = host.devices[0]!;
      await fc.assert(
        fc.asyncProperty(length, fc.nat(3), async (bytes, afterCommands) => {
          await host.control({ fault: 'length', bytes, opcode: '0x805' });
          const memory = new Uint8Array(FENCE + ROOM + FENCE).fill(UNTOUCHED);
          {
            using channel = openChannel(device, { impact: 'ReadOnly' });
            const inbox = Uint8Array.of(
              0x08,
              5,
              0,
              0,
              0,
              0,
              0,
              1,
              0,
              0,
              0x50,
              6,
              0,
              0,
              0,
              0,
              0,
              1,
              ...new Uint8Array(14),
            );
            const result = channel.call(inbox, memory.subarray(FENCE, FENCE + ROOM), { scope: 1 });
            assert.equal(result.errno, 0);
            assert.equal(result.length, name === 'fwctl' ? Math.min(bytes, ROOM) : ROOM);
          }
          const changed = [...memory.keys()].filter((at) => memory[at] !== UNTOUCHED);
          assert.ok(
            changed.every((at) => at >= FENCE && at < FENCE + Math.min(bytes, ROOM)),
            `changed ${changed}`,
          );

          await host.control({ fault: 'clear' });
          await host.control({ fault: 'length', bytes, afterCommands });
          const { items, ends, ended } = await lane(device, { specs: [few, capabilities] });
          await host.control({ fault: 'clear' });
          assert.ok(ended.outcome !== 'crashed', JSON.stringify(ended));
          for (const item of items) {
            assert.doesNotThrow(() => formatText(decodeItem(item)));
            const answer = item.frames.at(-1)?.outbox.length ?? 0;
            if (item.outcome === 'ok') assert.ok(answer >= 16, `${item.key}: OK with ${answer} bytes`);
          }
          assert.equal(ends.length, 2);
        }),
        fuzzing<[number, number]>(12),
      );
      await nothingLent(t, host, name);
    } finally {
      await host.stop();
    }
  });
}
