import test from 'ava';
import { compileClient, noCompiler, parseRows } from '../client.ts';
import { startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';
import { fwctlRows } from './fwctlRows.ts';

const obstacle = noFuse ?? noCompiler;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`no C client goes through fwctl: ${obstacle}`, (t) => t.pass());

withClient('a C program gets from fwctl what the driver would give it', async (t) => {
  await using emulator = await startEmulator('gpu-b');
  t.like(await emulator.control({ status: true }), { tainted: false });
  const { code, stdout, stderr } = await emulator.namespace.run([
    compileClient('fwctl'),
    `${emulator.root}/dev/fwctl/fwctl0`,
  ]);
  t.is(code, 0, stderr);
  const rows = parseRows(stdout);
  t.deepEqual(rows.map(({ row }) => row).sort(), Object.keys(fwctlRows).sort());
  for (const row of rows) {
    t.like(row, fwctlRows[row.row] ?? {}, row.row);
    if (row.status !== undefined) t.is(row.status === 0, row.syndrome === 0, row.row);
  }
  t.like(await emulator.control({ status: true }), { tainted: true }, 'scopes 2 and 3 taint');
  const filtered = emulator.commandLog().filter(({ errno }) => errno === 'EBADMSG');
  t.is(filtered.length, 4, 'what the filter refused is in the log, without a status');
  t.true(filtered.every(({ status }) => status === undefined));
});

withClient('a device without TOOLS_RESOURCES gives a context that no register is for', async (t) => {
  await using emulator = await startEmulator('gpu-c');
  const client = compileClient('register');
  for (const node of ['fwctl0', 'fwctl1']) {
    const read = await emulator.namespace.run([client, `${emulator.root}/dev/fwctl/${node}`, '160', '0x9020', '-']);
    const [, answer = ''] = read.stdout.split('\n');
    const [errno, status, syndrome] = answer.split(' ').map(Number);
    t.deepEqual([errno, status], [0, 4], node);
    t.not(syndrome, 0);
  }
});
