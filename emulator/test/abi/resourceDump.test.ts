import test from 'ava';
import { compileClient, noCompiler, parseRows } from '../client.ts';
import { type EmulatorUnderTest, startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';

const obstacle = noFuse ?? noCompiler;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`no C client dumps resources: ${obstacle}`, (t) => t.pass());

const mlx5ctl = 'dev/mlx5ctl-mlx5_core.ctl.0';
const fwctl = 'dev/fwctl/fwctl0';

interface Dump {
  readonly facts: Readonly<Record<string, number>>;
  readonly bytes: Buffer;
}

async function run(emulator: EmulatorUnderTest, node: string, ...request: readonly (number | string)[]): Promise<Dump> {
  const { code, stdout, stderr } = await emulator.namespace.run([
    compileClient('dump'),
    `${emulator.root}/${node}`,
    ...request.map(String),
  ]);
  if (code !== 0) throw new Error(`dump ended with ${code}: ${stderr}`);
  const facts = Object.fromEntries(parseRows(stdout).map(({ row, value }) => [row, value ?? -1]));
  return { facts, bytes: Buffer.from(stdout.trimEnd().split('\n').at(-1) ?? '', 'hex') };
}

for (const [host, node] of [
  ['gpu-a', mlx5ctl],
  ['gpu-b', fwctl],
] as const) {
  withClient(`a C program reads the menu of ${host} in 12 commands of 208 bytes`, async (t) => {
    await using emulator = await startEmulator(host);
    const { facts, bytes } = await run(emulator, node, '0xffff', 0, 0);
    t.deepEqual(facts, { 'in order': 1, commands: 12, bytes: 2388, segments: 4 });
    // INFO, COMMAND, then the menu of 45 records, the first of which is HW_CQPC.
    t.is(bytes.subarray(0, 4).toString('hex'), '0004fffe');
    t.is(bytes.subarray(0x24, 0x2c).toString('hex'), '024bffff0000002d');
    t.is(bytes.subarray(0x2c, 0x30).toString('hex'), '00030002');
    t.is(bytes.subarray(0x30, 0x38).toString('latin1'), 'HW_CQPC\0');
  });
}

withClient('a dump into memory of a C program is the one that it gets through the register', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  // Steering entries do not move with time.
  const inline = await run(emulator, mlx5ctl, '0x1311', 0, 0);
  t.is(inline.facts['in order'], 1);
  t.is(inline.facts['bytes'], 16 + 20 + 16 + 512 * 64 + 4);
  t.is(inline.facts['commands'], Math.ceil(inline.facts['bytes']! / 208));
  for (const room of [65536, 8192]) {
    const memory = await run(emulator, mlx5ctl, '0x1311', 0, 0, room);
    t.is(memory.facts['in order'], 1);
    t.is(memory.facts['commands'], Math.ceil(memory.facts['bytes']! / room));
    t.true(memory.bytes.equals(inline.bytes));
  }
  t.is((await emulator.control({ status: true }))['ok'], true);
});

withClient('ten thousand queue pairs, made while the device is there, come in one dump', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  t.like(await emulator.control({ populate: { queuePairs: 10_000, countedContexts: true } }), { ok: true });
  const { facts } = await run(emulator, mlx5ctl, '0x1000', 0, '0xffff', 4 * 1024 * 1024);
  t.is(facts['in order'], 1);
  // A context and four suggestions each; QP 1 has one completion queue only. INFO, COMMAND and TERMINATE around them.
  const netdevQueues = 8 * 3;
  t.is(facts['segments'], 3 + 10_000 * 5 + 4 + netdevQueues * 3);
  t.like(await emulator.control({ populate: { queuePairs: 10 ** 6 } }), { ok: false });
});

withClient('a byte of a reply that a fault turns over reaches the client so', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  await emulator.control({ fault: 'corrupt', register: '0xc000', offset: 17, xor: 4, afterCommands: 3, times: 1 });
  const { facts } = await run(emulator, mlx5ctl, '0xffff', 0, 0);
  t.deepEqual(facts, { 'in order': 0, commands: 4, bytes: 3 * 208, segments: 0 });
});
