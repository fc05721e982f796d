import { hostTest } from '../hostTest.ts';
import { capabilities, lane } from './laneRun.ts';

const test = hostTest('gpu-a');

test('lanes one after another share a thread, and each opens and closes its device', async (t) => {
  const { host } = t.context;
  const device = host.devices[0]!;
  const uids: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const { events, ended } = await lane(device, { specs: [capabilities] });
    t.is(ended.outcome, 'done');
    for (const event of events) if (event.type === 'opened') uids.push(event.info.uid);
  }
  t.is(uids.length, 3);
  await host.untilIdle();
  const log = host.log();
  t.is(log.filter(({ opcode }) => opcode === 0xa04).length, 3);
  t.is(log.filter(({ opcode }) => opcode === 0xa06).length, 3);
});

test('a lane that was cancelled leaves a thread that works as any other', async (t) => {
  const device = t.context.host.devices[0]!;
  const stop = new AbortController();
  const { ended } = await lane(device, { signal: stop.signal, onEvent: () => stop.abort() });
  t.is(ended.outcome, 'cancelled');
  const after = await lane(device, { specs: [capabilities] });
  t.is(after.ended.outcome, 'done');
  t.true(after.items.length > 10);
});
