import test from 'ava';
import { compileClient, noCompiler, parseRows } from '../client.ts';
import { startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';
import { mlx5ctlRows } from './mlx5ctlRows.ts';

const obstacle = noFuse ?? noCompiler;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`no C client goes through mlx5ctl: ${obstacle}`, (t) => t.pass());

const isRoot = process.geteuid?.() === 0;

withClient('a C program gets from mlx5ctl what the driver would give it', async (t) => {
  await using emulator = await startEmulator('gpu-a');
  const client = compileClient('mlx5ctl');
  const { code, stdout, stderr } = await emulator.namespace.run([
    client,
    `${emulator.root}/dev/mlx5ctl-mlx5_core.ctl.0`,
  ]);
  t.is(code, 0, stderr);
  const rows = parseRows(stdout);
  t.deepEqual(rows.map(({ row }) => row).sort(), Object.keys(mlx5ctlRows).sort());
  for (const row of rows) {
    t.like(row, mlx5ctlRows[row.row] ?? {}, row.row);
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
