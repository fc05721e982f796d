import anyTest, { type TestFn } from 'ava';
import { itemsOf } from './whole/readBundle.ts';
import { startWhole, type WholeBench } from './whole/wholeBench.ts';

/** A core dump through all of nicdiag. That it takes little memory, whatever its size: agent-memory.test.ts. */
const test = anyTest as TestFn<{ readonly bench: WholeBench }>;
const HOST = 'gpu-a';
const CX7 = '0000:03:00.0';
const MIB = 1024 * 1024;
/** Of several windows, the last not full. */
const DUMP = 23 * MIB;
/** Of a dump a window. */
const WINDOW = 2 * MIB;
test.before(async (t) => {
  t.timeout(600_000);
  t.context = { bench: await startWhole({ hosts: [HOST] }) };
});
test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());

test.serial('a core dump passes through an agent window by window, and leaves nothing', async (t) => {
  const { bench } = t.context;
  const emulator = bench.stack.emulator(HOST);
  await emulator.control({ coreDump: DUMP, device: CX7 });
  const since = bench.mark();
  await bench.capture('core', {
    target: { nodeNames: [HOST], devices: { pciAddresses: [CX7] } },
    collectors: [{ name: 'core', type: 'CoreDump' }],
    impact: 'Intrusive',
  });
  const { status } = await bench.finished('core');
  t.deepEqual(status?.failures ?? [], []);
  t.is(status?.counts?.succeeded, 1);
  t.true((status?.totalBytes ?? 0) > DUMP);
  const windows = bench.commands(HOST, since).filter(({ register }) => register === 'CORE_DUMP');
  t.is(windows.length, Math.ceil(DUMP / WINDOW));
  await bench.awaited(async () => {
    const answer = await emulator.control({ status: true });
    return (answer['devices'] as { userContexts: number }[]).every(({ userContexts }) => userContexts === 0);
  }, 'no device is open');
  const answer = await emulator.control({ status: true });
  t.like(answer, { pinnedPages: 0, lostWrites: 0 });
});

test.serial('what is in the bundle of a core dump is the memory, word by word', async (t) => {
  const { bench } = t.context;
  await bench.stack.emulator(HOST).control({ coreDump: 831_304, device: CX7 });
  await bench.capture('words', {
    target: { nodeNames: [HOST], devices: { pciAddresses: [CX7] } },
    collectors: [{ name: 'core', type: 'CoreDump' }],
    impact: 'Intrusive',
  });
  const items = await itemsOf(await bench.bundle('words'), `${HOST}/${CX7}/core`);
  t.is(items.length, 1);
  // Behind the mailbox header and the register are pairs of address and value.
  const bytes = items[0]!.frames[0]!.outbox.subarray(80);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  t.is(bytes.byteLength, 831_304);
  t.is(view.getUint32(bytes.byteLength - 8), 0x500c00, 'the last address of the published dump');
  let disordered = 0;
  for (let at = 8; at < bytes.byteLength; at += 8) if (view.getUint32(at) <= view.getUint32(at - 8)) disordered += 1;
  t.is(disordered, 0);
});
