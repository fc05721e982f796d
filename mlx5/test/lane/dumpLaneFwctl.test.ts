import { hostTest } from '../hostTest.ts';
import { checkWindows, EVERY_SEGMENT, objects, segments } from './dumpLane.ts';
import { lane } from './laneRun.ts';

const test = hostTest('gpu-b');
const PF = '0000:17:00.0';

test('through fwctl every segment type comes inline, with the scope of a read', async (t) => {
  const { host } = t.context;
  const { items, ends } = await lane(host.device(PF), { specs: [segments(EVERY_SEGMENT)] });
  t.is(ends[0]?.state, 'Done', ends[0]?.message);
  checkWindows(t, items);
  t.true(items.every(({ frames }) => frames.every(({ inbox }) => (inbox[16]! & 0x40) === 0x40)));
  const { tainted } = await host.control({ status: true });
  t.not(tainted, true);
});

test('through fwctl memory is Unsupported, and says what to do', async (t) => {
  const asked = segments([{ name: 'SHARED_BUFFER' }], { mode: 'Memory' });
  const { ends } = await lane(t.context.host.device(PF), { specs: [asked] });
  t.is(ends[0]?.state, 'Unsupported');
  t.regex(ends[0]?.message ?? '', /use mode Inline or Auto/);
});

test('every object type that the device has answers through fwctl', async (t) => {
  const { host } = t.context;
  const asked = objects(
    { type: 'QP', ids: '0x1048-0x104f' },
    { type: 'CQ', ids: '0x400-0x40f' },
    { type: 'EQ', ids: '0-15' },
    { type: 'VPORT_STATE' },
    { type: 'VNIC_ENV' },
    { type: 'ISSI' },
    { type: 'ADAPTER' },
    { type: 'SPECIAL_CONTEXTS' },
    { type: 'LAG' },
  );
  const { items, ends } = await lane(host.device(PF), { specs: [asked] });
  t.is(ends[0]?.state, 'Done', ends[0]?.message);
  for (const name of ['QP', 'CQ', 'EQ', 'VPORT_STATE', 'ISSI', 'ADAPTER', 'SPECIAL_CONTEXTS', 'LAG']) {
    t.true(
      items.some((item) => item.name === name && item.outcome === 'ok'),
      name,
    );
  }
});
