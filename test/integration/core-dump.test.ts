import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import anyTest, { type TestFn } from 'ava';
import { itemsOf } from './whole/readBundle.ts';
import { startWhole, type WholeBench } from './whole/wholeBench.ts';

/** A core dump through all of nicdiag, in an agent of bounded memory. A dump of CI is small; `make test-memory` asks for
 * 512 MiB. */
const test = anyTest as TestFn<{ readonly bench: WholeBench }>;
const HOST = 'gpu-a';
const CX7 = '0000:03:00.0';
const MIB = 1024 * 1024;
const DUMP_MIB = Number(process.env['NICDIAG_CORE_DUMP_MIB'] ?? 24);
/** Of a dump a window. */
const WINDOW = 2 * MIB;
/** What a capture of any size may add to an agent's own memory. From source an idle agent has 80 MiB, from a bundle 40:
 * the limit of docs/performance.md is 96 in all. */
const MOST_MORE = 56 * MIB;
const SAMPLE_MS = 20;

test.before(async (t) => {
  t.timeout(600_000);
  t.context = { bench: await startWhole({ hosts: [HOST] }) };
});
test.after.always(async (t) => await t.context.bench?.[Symbol.asyncDispose]());

/** Memory that a process has to itself, bytes. */
function rssAnon(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

test.serial(
  `a core dump of ${DUMP_MIB} MiB passes through an agent within its memory, and leaves nothing`,
  async (t) => {
    t.timeout(600_000);
    const { bench } = t.context;
    const emulator = bench.stack.emulator(HOST);
    await emulator.control({ coreDump: DUMP_MIB * MIB, device: CX7 });
    const since = bench.mark();
    const idle = rssAnon(bench.stack.agent(HOST).pid);
    await bench.capture('core', {
      target: { nodeNames: [HOST], devices: { pciAddresses: [CX7] } },
      collectors: [{ name: 'core', type: 'CoreDump' }],
      impact: 'Intrusive',
      limits: { maxBytesPerDevice: `${DUMP_MIB + 64}Mi`, maxBytesTotal: `${4 * DUMP_MIB + 64}Mi` },
    });
    const ended = new AbortController();
    const watch = (async () => {
      let highest = 0;
      while (!ended.signal.aborted) {
        highest = Math.max(highest, rssAnon(bench.stack.agent(HOST).pid));
        await sleep(SAMPLE_MS);
      }
      return highest;
    })();
    const { status } = await bench.finished('core');
    ended.abort();
    const highest = await watch;
    const more = `RssAnon of the agent from ${Math.round(idle / MIB)} to at most ${Math.round(highest / MIB)} MiB`;
    t.log(`${DUMP_MIB} MiB: ${more}`);
    t.true(highest - idle < MOST_MORE, more);
    t.deepEqual(status?.failures ?? [], []);
    t.is(status?.counts?.succeeded, 1);
    t.true((status?.totalBytes ?? 0) > DUMP_MIB * MIB);
    const windows = bench.commands(HOST, since).filter(({ register }) => register === 'CORE_DUMP');
    t.is(windows.length, Math.ceil((DUMP_MIB * MIB) / WINDOW));
    await bench.awaited(async () => {
      const answer = await emulator.control({ status: true });
      return (answer['devices'] as { userContexts: number }[]).every(({ userContexts }) => userContexts === 0);
    }, 'no device is open');
    const answer = await emulator.control({ status: true });
    t.like(answer, { pinnedPages: 0, lostWrites: 0 });
  },
);

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
