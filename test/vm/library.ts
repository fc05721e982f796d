import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isItemError } from '../../mlx5/src/collect/item.ts';
import { segmentPayload } from '../../mlx5/src/collect/resourceDump/segmentPayload.ts';
import type { CollectorSpec, ResourceDumpSpec } from '../../mlx5/src/collect/spec.ts';
import { type LaneRun, lane, registers } from '../../mlx5/test/lane/laneRun.ts';
import { CHANNELS, CORE_DUMP_BYTES, host } from './characterHost.ts';

const core: CollectorSpec = { name: 'core', type: 'CoreDump' };

function steering(mode: 'Inline' | 'Memory'): ResourceDumpSpec {
  return { name: mode.toLowerCase(), type: 'ResourceDump', resourceDump: { segments: [{ name: 'STE_ALL' }], mode } };
}

/** Commands of user contexts from now on. */
function commandsFrom(): () => readonly string[] {
  const before = host.log().length;
  return () =>
    host
      .log()
      .slice(before)
      .flatMap(({ uid, own, command }) => (uid !== 0 && own !== undefined ? [command] : []));
}

/** Registers that were asked for in vain. */
function unread(items: LaneRun['items']): readonly string[] {
  return items.filter(isItemError).map(({ key }) => key);
}

function assertDone({ ends, ended }: LaneRun): void {
  assert.equal(ended.outcome, 'done');
  for (const { state, message } of ends) assert.equal(state, 'Done', message);
}

test('the library finds every device by sysfs, through character devices as through files', () => {
  assert.deepEqual(
    host.devices.map(({ pciAddress, kind, node }) => ({ pciAddress, kind, node })),
    Object.values(CHANNELS).map(({ pciAddress, kind, node }) => ({
      pciAddress,
      kind,
      node: `${host.root}/dev/${node}`,
    })),
  );
});

test('through mlx5ctl: all Standard registers, a dump that is the same inline and by mkey, a core dump', async () => {
  const device = host.device(CHANNELS.V4.pciAddress);
  const specs = [registers, steering('Inline'), steering('Memory'), core];
  const result = await lane(device, { specs, impact: 'Intrusive' });
  assertDone(result);
  const of = (name: string): LaneRun['items'] =>
    result.events.flatMap((event) => (event.type === 'items' && event.collector === name ? event.items : []));
  assert.ok(of('regs').length > 60);
  assert.deepEqual(unread(of('regs')), []);
  assert.ok(of('inline').length > 0);
  assert.deepEqual(of('memory').map(segmentPayload), of('inline').map(segmentPayload));
  assert.equal(of('core').at(-1)?.frames.at(-1)?.outbox.length, 80 + CORE_DUMP_BYTES);
  await host.untilIdle();
});

test('through fwctl: all Standard registers', async () => {
  const result = await lane(host.device(CHANNELS.fwctl.pciAddress));
  assertDone(result);
  assert.deepEqual(unread(result.items), []);
  await host.untilIdle();
});

test('through mlx5ctl V1 memory is given back before the file is closed: its UMEM_UNREG gets through', async () => {
  const commands = commandsFrom();
  assertDone(await lane(host.device(CHANNELS.V1.pciAddress), { specs: [core], impact: 'Intrusive' }));
  await host.untilIdle();
  assert.deepEqual(commands(), [
    'ALLOC_PD',
    'CREATE_UMEM',
    'CREATE_MKEY',
    'DESTROY_MKEY',
    'DESTROY_UMEM',
    'DEALLOC_PD',
  ]);
});
