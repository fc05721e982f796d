import test from 'ava';
import { compileClient, noCompiler } from '../client.ts';
import { type EmulatorUnderTest, startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';

const obstacle = noFuse ?? noCompiler;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`no C client asks for objects: ${obstacle}`, (t) => t.pass());

const mlx5ctl = 'dev/mlx5ctl-mlx5_core.ctl.0';
const fwctl = 'dev/fwctl/fwctl0';
const EBADMSG = 74;
/** fwctl scopes. */
const [CONFIGURATION, DEBUG_READ_ONLY] = [0, 1];

interface Answer {
  readonly errno: number;
  /** Big-endian words of the outbox. */
  readonly words: readonly number[];
}

async function query(
  emulator: EmulatorUnderTest,
  node: string,
  scope: number,
  [opcode, inBytes, outBytes, id]: readonly [number, number, number, number],
): Promise<Answer> {
  const command = [compileClient('query'), `${emulator.root}/${node}`, scope, opcode, inBytes, outBytes, id];
  const { stdout } = await emulator.namespace.run(command.map(String));
  const [errno = '', hex = ''] = stdout.trim().split(' ');
  const outbox = Buffer.from(hex, 'hex');
  return {
    errno: Number(errno),
    words: Array.from({ length: Math.floor(outbox.length / 4) }, (_, at) => outbox.readUInt32BE(at * 4)),
  };
}

for (const [host, node] of [
  ['gpu-a', mlx5ctl],
  ['gpu-b', fwctl],
] as const) {
  withClient(`a C program follows a queue pair of ${host} to its event queue and its memory`, async (t) => {
    await using emulator = await startEmulator(host);
    const ask = async (...command: readonly [number, number, number, number]): Promise<readonly number[]> => {
      const { errno, words } = await query(emulator, node, DEBUG_READ_ONLY, command);
      t.is(errno, 0);
      t.deepEqual([words[0]! >>> 24, words[1]], [0, 0], 'status and syndrome');
      return words;
    };
    const qp = await ask(0x50b, 16, 272, 0x1048);
    t.is(qp[0x18 / 4]! >>> 28, 3, 'qpc.state: RTS');
    const cqn = qp[(0x18 + 0x7c) / 4]! & 0xffffff;
    const cq = await ask(0x402, 16, 272, cqn);
    const eq = await ask(0x303, 16, 272, cq[(0x10 + 0x14) / 4]!);
    t.is((eq[0x10 / 4]! >>> 8) & 0xf, 9, 'eqc.st: armed');
    const key = await ask(0x201, 16, 304, 0x1000);
    t.is(key[(0x10 + 0xc) / 4]! & 0xffffff, qp[(0x18 + 4) / 4]! & 0xffffff, 'mkc.pd is qpc.pd');
  });
}

withClient('fwctl lets queries of objects through from scope 1 on, those of vports from 0', async (t) => {
  await using emulator = await startEmulator('gpu-b');
  const errno = async (scope: number, opcode: number, inBytes = 16): Promise<number> =>
    (await query(emulator, fwctl, scope, [opcode, inBytes, 272, 0])).errno;
  for (const opcode of [0x50b, 0x402, 0x303, 0x907, 0x90b, 0x903, 0x915, 0x919, 0x702, 0x713, 0x719, 0x201, 0x932]) {
    t.is(await errno(CONFIGURATION, opcode, 64), EBADMSG, opcode.toString(16));
    t.is(await errno(DEBUG_READ_ONLY, opcode, 64), 0, opcode.toString(16));
  }
  t.is(await errno(CONFIGURATION, 0x762), 0, 'QUERY_HCA_VPORT_CONTEXT');
  t.is(await errno(DEBUG_READ_ONLY, 0x200, 272), EBADMSG, 'CREATE_MKEY is on no list');
});
