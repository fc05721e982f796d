import test from 'ava';
import { compileClient, noCompiler, parseRows, type Row } from '../client.ts';
import { startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';

const obstacle = noFuse ?? noCompiler;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`no C client goes through fwctl: ${obstacle}`, (t) => t.pass());

const [EPERM, E2BIG, EFAULT, EINVAL, ENOTTY, EBADMSG, EMSGSIZE, EOPNOTSUPP] = [1, 7, 14, 22, 25, 74, 90, 95];
const OK = { errno: 0, status: 0 };
const BAD_OP = { errno: 0, status: 2 };

/** Reference 2.4 to 2.6. */
const expected: Readonly<Record<string, Partial<Row>>> = {
  INFO: OK,
  out_device_type: { value: 1 },
  device_data_len: { value: 8 },
  'a UID': { value: 1 },
  uctx_caps: { value: 4 },
  'INFO with more room': OK,
  'the rest of the room is 0': { value: 1 },
  'INFO with less room': OK,
  'nothing is written behind it': { value: 1 },
  'device_data_len of less room': { value: 8 },
  'INFO with no room, at NULL': OK,
  // The kernel asks the driver only when there is room.
  'device_data_len of no room': { value: 0 },
  'INFO, data at NULL': { errno: EFAULT },
  'INFO, too short': { errno: EINVAL },
  'INFO with flags': { errno: EOPNOTSUPP },
  'INFO at NULL': { errno: EFAULT },
  'INFO of a newer header': OK,
  'INFO of a newer header that is used': { errno: E2BIG },
  'RPC, too short': { errno: EINVAL },
  'RPC at NULL': { errno: EFAULT },
  'RPC over a page border': { errno: EFAULT },
  'RPC of a newer header': OK,
  'RPC of a newer header that is used': { errno: E2BIG },
  'unknown number': { errno: ENOTTY },
  "another driver's number": { errno: ENOTTY },
  'in_len over 2 MiB': { errno: EMSGSIZE },
  'out_len over 2 MiB': { errno: EMSGSIZE },
  'the length is judged before the scope': { errno: EMSGSIZE },
  'in_len of 2 MiB': OK,
  'in_len 15': { errno: EMSGSIZE },
  'out_len 15': { errno: EMSGSIZE },
  'the inbox is copied before its length is judged': { errno: EFAULT },
  'outbox that holds the header only': OK,
  'inbox at NULL': { errno: EFAULT },
  'outbox at NULL': { errno: EFAULT },
  'outbox in a read-only page': { errno: EFAULT },
  'inbox over a page border': { errno: EFAULT },
  'outbox over a page border': { errno: EFAULT },
  'inbox up to a page border': OK,
  'unknown scope': { errno: EOPNOTSUPP },
  'the scope is judged before the pointer': { errno: EOPNOTSUPP },
  'QUERY_ISSI, scope 0': { errno: EBADMSG },
  'QUERY_ISSI, scope 1': OK,
  'QUERY_HCA_CAP, scope 0': OK,
  'register read, scope 0': { errno: EBADMSG },
  'register read, scope 1': OK,
  // The filter lets it through; firmware does not: MGIR cannot be written.
  'register write, scope 0': BAD_OP,
  'ALLOC_PD, scope 2': { errno: EBADMSG },
  'SET_DIAGNOSTIC_PARAMS, scope 1': { errno: EBADMSG },
  'SET_DIAGNOSTIC_PARAMS, scope 2': BAD_OP,
  'SET_DIAGNOSTIC_PARAMS, scope 3': BAD_OP,
  'scope 3 without CAP_SYS_RAWIO': { errno: EPERM },
  'scope 2 without CAP_SYS_RAWIO': BAD_OP,
};

withClient('a C program gets from fwctl what the driver would give it', async (t) => {
  await using emulator = await startEmulator('gpu-b');
  t.like(await emulator.control({ status: true }), { tainted: false });
  const { code, stdout, stderr } = await emulator.namespace.run([
    compileClient('fwctl'),
    `${emulator.root}/dev/fwctl/fwctl0`,
  ]);
  t.is(code, 0, stderr);
  const rows = parseRows(stdout);
  t.deepEqual(rows.map(({ row }) => row).sort(), Object.keys(expected).sort());
  for (const row of rows) {
    t.like(row, expected[row.row] ?? {}, row.row);
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
