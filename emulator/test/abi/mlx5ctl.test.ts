import test from 'ava';
import { compileClient, noCompiler, parseRows, type Row } from '../client.ts';
import { startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';

const obstacle = noFuse ?? noCompiler;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`no C client goes through mlx5ctl: ${obstacle}`, (t) => t.pass());

const [EPERM, ENOENT, EFAULT, EINVAL, ENOTTY] = [1, 2, 14, 22, 25];
const BAD_OP = { errno: 0, status: 2 };
const BAD_PARAM = { errno: 0, status: 3 };
const OK = { errno: 0, status: 0 };
const isRoot = process.geteuid?.() === 0;

/** Reference 1.4, 1.5, 1.7 and 5; what is not named here does not matter to the row. */
const expected: Readonly<Record<string, Partial<Row>>> = {
  INFO: OK,
  uctx_uid: { value: 1 },
  uctx_cap: { value: 7 },
  dev_uctx_cap: { value: 7 },
  // The numbers of the three capabilities, or-ed: 13 | 17 | 21.
  ucap: { value: 0x1d },
  reserved1: { value: 0 },
  'INFO of a second file': OK,
  'the second file has a UID of its own': { value: 1 },
  'unknown number': { errno: ENOTTY },
  "another driver's number": { errno: ENOTTY },
  'INFO of V1': { errno: ENOTTY },
  'INFO of V3': { errno: ENOTTY },
  'CMDRPC of V3': { errno: ENOTTY },
  'inlen 15': { errno: EINVAL },
  'outlen 15': { errno: EINVAL },
  'inlen 262145': { errno: EINVAL },
  'outlen 262145': { errno: EINVAL },
  'the length is judged before the pointer': { errno: EINVAL },
  'inlen 262144': OK,
  'outlen 262144': OK,
  'outbox that holds the header only': OK,
  'inbox at NULL': { errno: EFAULT },
  'outbox at NULL': { errno: EFAULT },
  'outbox in a read-only page': { errno: EFAULT },
  'inbox in a page without access': { errno: EFAULT },
  'inbox over a page border': { errno: EFAULT },
  'inbox up to a page border': OK,
  'outbox over a page border': { errno: EFAULT },
  'what lies before the border is written': { value: 1 },
  'outbox up to a page border': OK,
  'structure at NULL': { errno: EFAULT },
  'the driver overwrites the uid': OK,
  'QUERY_ISSI supported_issi_dw0': { value: 3 },
  'unknown opcode': BAD_OP,
  'CREATE_UCTX by a user': BAD_PARAM,
  PAOS: OK,
  'PAOS local_port': { value: 1 },
  'PAOS with 3,100 bytes': OK,
  'the rest of a longer outbox is 0': { value: 1 },
  'PAOS, inbox too short': { errno: 0, status: 0x50 },
  'PAOS, outbox too short': { errno: 0, status: 0x51 },
  'PAOS of a port that is not there': BAD_PARAM,
  'register that is not there': { errno: 0, status: 4 },
  'PTYS in the 64 bytes of older programs': OK,
  'write of a read-only register': BAD_OP,
  'capability type that is not there': BAD_PARAM,
  'umem of 0 bytes': { errno: EINVAL },
  'umem of more than 64 MiB': { errno: EINVAL },
  umem: { errno: 0 },
  'umem has an id': { value: 1 },
  'umem taken back': { errno: 0 },
  'umem_id is left alone': { value: 1 },
  'umem taken back twice': { errno: ENOENT },
  'umem over memory without access': { errno: EFAULT },
  'INFO without CAP_SYS_ADMIN': { errno: EPERM },
  'CMDRPC without CAP_SYS_ADMIN': { errno: EPERM },
  'unknown number without CAP_SYS_ADMIN': { errno: EPERM },
};

withClient('a C program gets from mlx5ctl what the driver would give it', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const client = compileClient('mlx5ctl');
  const { code, stdout, stderr } = await emulator.namespace.run([
    client,
    `${emulator.root}/dev/mlx5ctl-mlx5_core.ctl.0`,
  ]);
  t.is(code, 0, stderr);
  const rows = parseRows(stdout);
  t.deepEqual(rows.map(({ row }) => row).sort(), Object.keys(expected).sort());
  for (const row of rows) {
    t.like(row, expected[row.row] ?? {}, row.row);
    // umem rows carry the outbox of the command before.
    if (row.status !== undefined && !row.row.startsWith('umem')) t.is(row.status === 0, row.syndrome === 0, row.row);
  }
  // Inside a user namespace the capabilities are the same, so nothing above differs without root.
  t.log(isRoot ? 'as root' : 'in a user namespace');
});

withClient('closing a file ends its user context', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  await emulator.namespace.run([compileClient('mlx5ctl'), `${emulator.root}/dev/mlx5ctl-mlx5_core.ctl.0`]);
  await t.notThrowsAsync(emulator.untilIdle());
  const driver = emulator.commandLog().filter(({ uid }) => uid === 0);
  t.deepEqual(driver.map(({ command, userContext }) => `${command} ${userContext}`).sort(), [
    'CREATE_UCTX 1',
    'CREATE_UCTX 2',
    'DESTROY_UCTX 1',
    'DESTROY_UCTX 2',
  ]);
});
