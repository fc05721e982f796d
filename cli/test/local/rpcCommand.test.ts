import { load } from 'js-yaml';
import { hostTest } from '../../../mlx5/test/hostTest.ts';
import { runCli } from '../../src/program.ts';
import { testIo } from '../testIo.ts';

const test = hostTest('gpu-b');

async function rpc(root: string, ...args: string[]) {
  const { io, written } = testIo();
  const code = await runCli(['rpc', '-d', 'fwctl0', '--host-root', root, ...args], io);
  return { code, ...written };
}

/** QUERY_ISSI, 16 bytes. */
const QUERY_ISSI = '010a 0000 0000 0000 0000 0000 0000 0000';
/** ACCESS_REG with op_mod 0, a write, of MPCNT. */
const WRITE_REGISTER = `0805 0000 0000 0000 0000 9051 0000 0000${' 0000'.repeat(128)}`;

test('a read passes as it is, and its answer comes as it came', async (t) => {
  const { root } = t.context.host;
  const hex = await rpc(root, QUERY_ISSI, '--out-length', '112');
  t.is(hex.code, 0, hex.err);
  t.regex(hex.out, /^00000000 {2}00 00 00 00 00 00 00 00 {2}/);
  t.is(hex.out.trimEnd().split('\n').length, 7);
  const raw = await rpc(root, QUERY_ISSI, '--out-length', '112', '-o', 'raw');
  t.is(raw.out.length, 112);
  t.like(JSON.parse((await rpc(root, QUERY_ISSI, '-o', 'json')).out), { command: 'QUERY_ISSI', status: 'OK' });
});

test('an answer with a public layout is shown by its fields; another one as it is', async (t) => {
  const { root } = t.context.host;
  const text = await rpc(root, QUERY_ISSI, '--out-length', '112', '-o', 'text');
  t.regex(text.out, /^status +0$/m);
  t.regex(text.out, /^current_issi +1$/m);
  const json = JSON.parse((await rpc(root, QUERY_ISSI, '--out-length', '112', '-o', 'json')).out);
  t.is(json.fields.current_issi, 1);
  t.deepEqual(load((await rpc(root, QUERY_ISSI, '--out-length', '112', '-o', 'yaml')).out), json);
  // ACCESS_REG, a read of MGIR: which register is in the answer its layout does not say.
  const register = await rpc(root, `0805 0000 0000 0001 0000 9020 0000 0000${' 0000'.repeat(80)}`, '-o', 'text');
  t.regex(register.out, /^00000000 {2}/);
});

test('what is no known read needs --allow-write, and reaches firmware only then', async (t) => {
  const { host } = t.context;
  const writes = () => host.log().filter(({ opcode, opMod }) => opcode === 0x805 && opMod === 0).length;
  const before = writes();
  const refused = await rpc(host.root, WRITE_REGISTER);
  t.like(refused, { code: 3, out: '' });
  t.regex(refused.err, /a register write is not a read\. Nothing was sent; --allow-write sends it/);
  t.is(writes(), before);
  await rpc(host.root, WRITE_REGISTER, '--allow-write');
  t.is(writes(), before + 1);
});

test('a command that firmware refuses: its status, exit code 1', async (t) => {
  const { host } = t.context;
  const unknown = await rpc(host.root, `ffff${'00'.repeat(14)}`, '--allow-write');
  t.is(unknown.code, 1);
  t.regex(unknown.err, /command 0xffff to 0000:17:00\.0 did not come back: EBADMSG/);
});

for (const [title, args, message] of [
  ['no inbox', [], /give the inbox as hex digits, or a file/],
  ['two of them', [QUERY_ISSI, '--in', 'x'], /give the inbox as hex digits, or a file/],
  ['no hex digits', ['01 0a zz'], /must be hex digits, two a byte/],
  ['an inbox without its header', ['010a'], /an inbox has 16 to 262144 bytes, this one 2/],
  [
    'an outbox without its header',
    [QUERY_ISSI, '--out-length', '8'],
    /--out-length must be a number from 16 to 262144, not 8/,
  ],
  ['a file that is not there', ['--in', '/nonexistent'], /cannot read \/nonexistent/],
  ['a format that is none', [QUERY_ISSI, '-o', 'xml'], /-o must be one of hex, raw, text, json, yaml/],
] as const) {
  test(`refused: ${title}`, async (t) => {
    const result = await rpc(t.context.host.root, ...args);
    t.is(result.code, 3, result.err);
    t.regex(result.err, message);
  });
}
