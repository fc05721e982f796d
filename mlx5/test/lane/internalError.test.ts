import anyTest from 'ava';
import type { CollectorSpec } from '../../src/collect/spec.ts';
import { emulatedHost, whyNoEmulator } from '../emulatedHost.ts';
import { lane, registers } from './laneRun.ts';

const reason = whyNoEmulator();
const test = reason === undefined ? anyTest.serial : anyTest.serial.skip;
if (reason !== undefined) anyTest(`emulated hosts are skipped: ${reason}`, (t) => t.pass());

const SPECS: readonly CollectorSpec[] = [
  registers,
  { name: 'link', type: 'LinkDiagnostics' },
  { name: 'menu', type: 'ResourceDump', resourceDump: {} },
];
const GOOD_COMMANDS = 20;

/** How a driver tells of an internal error: that of mlx5ctl's time by a status of its own, later ones by ENXIO, as of a
 * device that is gone. */
for (const [profile, outcome, why, message, read] of [
  ['gpu-a', 'done', 'CollectorError', /device in internal error, command cut short by the driver/, 'refused'],
  ['gpu-b', 'gone', 'DeviceGone', /ENXIO: the device is in error or was removed/, 'failed'],
] as const) {
  test(`${profile}: a device that goes into internal error half way keeps what was read and ends every collector`, async (t) => {
    const host = await emulatedHost(profile);
    t.teardown(() => host.stop());
    const [device] = host.devices;
    if (device === undefined) return t.fail('no device');
    await host.control({ fault: 'internalError', device: device.pciAddress, afterCommands: GOOD_COMMANDS });
    const broken = await lane(device, { specs: SPECS });
    t.is(broken.ended.outcome, outcome);
    t.deepEqual(
      broken.ends.map(({ name, state, reason: said }) => [name, state, said]),
      SPECS.map(({ name }) => [name, 'Failed', why]),
    );
    for (const end of broken.ends) t.regex(end.message ?? '', message, end.name);
    t.is(broken.items.filter((item) => item.outcome === 'ok').length, GOOD_COMMANDS);
    t.is(broken.items[GOOD_COMMANDS]?.outcome, read);
    // Nobody goes on asking a device whose driver has given it up.
    t.true(broken.items.length < 2 * GOOD_COMMANDS);

    const next = await lane(device, { specs: [registers] });
    t.is(next.ended.outcome, 'openFailed');
    t.regex(next.ended.message ?? '', /ENXIO/);

    await host.control({ fault: 'clear' });
    const again = await lane(device, { specs: [registers] });
    t.like(again.ends, [{ state: 'Done', itemErrors: 0 }]);
  });
}
