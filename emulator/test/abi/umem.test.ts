import test from 'ava';
import { MLX5CTL_VERSIONS } from '../../src/abi/mlx5ctlStructs.ts';
import { compileClient, noCompiler, parseRows } from '../client.ts';
import { editedProfile, speakVersion } from '../editedProfile.ts';
import { startEmulator } from '../emulator.ts';
import { noFuse } from '../privateNamespace.ts';
import { untilIdle } from '../untilIdle.ts';
import { umemRows } from './umemRows.ts';

const obstacle = noFuse ?? noCompiler;
const withClient = obstacle === undefined ? test.serial : test.skip;
if (obstacle !== undefined) test(`no C client lends memory: ${obstacle}`, (t) => t.pass());

const EFAULT = 14;

/** V1's number says that its argument is an address of 8 bytes, which FUSE wants to read: no id gets through.
 * test/vm shows what the driver would answer. */
const unregisteringFails = Object.fromEntries(
  ['unregister what never was', 'unregister under a key', 'unregister', 'unregister twice'].map((row) => [
    row,
    { errno: EFAULT },
  ]),
);
for (const version of MLX5CTL_VERSIONS) {
  withClient(
    `a C program lends memory through mlx5ctl ${version}, and what it leaves ends with its file`,
    async (t) => {
      await using emulator = await startEmulator(editedProfile('gpu-a', speakVersion(version)));
      const { code, stdout, stderr } = await emulator.namespace.run([
        compileClient('umem'),
        `${emulator.root}/dev/mlx5ctl-mlx5_core.ctl.0`,
        version,
      ]);
      t.is(code, 0, stderr);
      const rows = parseRows(stdout);
      const wanted = { ...umemRows[version], ...(version === 'V1' ? unregisteringFails : {}) };
      t.deepEqual(rows.map(({ row }) => row).sort(), Object.keys(wanted).sort());
      for (const row of rows) t.like(row, wanted[row.row] ?? {}, row.row);
      await untilIdle(() => emulator.control({ status: true }));
      const status = await emulator.control({ status: true });
      t.like(status, { pinnedPages: 0, lostWrites: 0 });
      for (const device of status['devices'] as object[]) {
        t.like(device, { umems: 0, protectionDomains: 0, memoryKeys: 0 });
      }
      const log = emulator.commandLog();
      t.true(log.some(({ own }) => typeof own === 'string' && own.startsWith('mkey')));
      t.true(
        log.every(({ mutation }) => mutation === undefined),
        'nothing that others could notice',
      );
    },
  );
}
