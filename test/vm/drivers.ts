import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fwctlRows } from '../../emulator/test/abi/fwctlRows.ts';
import { mlx5ctlRows } from '../../emulator/test/abi/mlx5ctlRows.ts';
import { umemRows } from '../../emulator/test/abi/umemRows.ts';
import { noCompiler, type Row } from '../../emulator/test/client.ts';
import { CHANNELS, host, rowsOf } from './characterHost.ts';

const options = noCompiler === undefined ? {} : { skip: noCompiler };
const [EPERM, EFAULT, EINVAL, ENOTTY] = [1, 14, 22, 25];
const OK = { errno: 0, status: 0 };
const DONE = { errno: 0 };

type Table = Readonly<Record<string, Partial<Row>>>;

/** Every row of a table, and no other. */
function compare(rows: readonly Row[], expected: Table): void {
  const found = Object.fromEntries(
    rows.map((row) => {
      const wanted = Object.entries(expected[row.row] ?? {});
      return [row.row, Object.fromEntries(wanted.map(([field]) => [field, row[field as keyof Row]]))];
    }),
  );
  assert.deepEqual(found, expected);
}

test('a C program gets from mlx5ctl what the driver would give it', options, async () => {
  compare(await rowsOf('mlx5ctl', CHANNELS.V4.node), mlx5ctlRows);
});

test('a C program gets from fwctl what the driver would give it', options, async () => {
  compare(await rowsOf('fwctl', CHANNELS.fwctl.node), fwctlRows);
});

for (const version of ['V1', 'V2', 'V3', 'V4'] as const) {
  test(`a C program lends memory through mlx5ctl ${version}`, options, async (t: TestContext) => {
    const { node, pciAddress } = CHANNELS[version];
    compare(await rowsOf('umem', node, version, pciAddress), umemRows[version]);
    await host.untilIdle();
    const status = await host.control({ status: true });
    t.assert.equal(status['pinnedPages'], 0);
    t.assert.equal(status['lostWrites'], 0);
  });
}

/** What the driver says before it copies a structure, and what it does not copy, a file on FUSE cannot show. */
const beyondFuse: Table = {
  'it is a character device': { value: 1 },
  read: { errno: EINVAL },
  write: { errno: EINVAL },
  'structure at NULL': { errno: EFAULT },
  'structure up to a page border': OK,
  'structure over a page border': { errno: EFAULT },
  'INFO at NULL': { errno: EFAULT },
  'INFO over a page border': { errno: EFAULT },
  umem: DONE,
  'INFO into a read-only page': { errno: EFAULT },
  'command from a read-only page': OK,
  'umem from a read-only page': { errno: EFAULT },
  'umem taken back from a read-only page': DONE,
  'umem taken back by its number alone': { errno: EFAULT },
  'unknown number, structure at NULL': { errno: ENOTTY },
  'INFO of V1, structure at NULL': { errno: ENOTTY },
  'CMDRPC of V1, structure at NULL': { errno: ENOTTY },
  'INFO at NULL without CAP_SYS_ADMIN': { errno: EPERM },
  'CMDRPC at NULL without CAP_SYS_ADMIN': { errno: EPERM },
  'unknown number at NULL without CAP_SYS_ADMIN': { errno: EPERM },
};

test('EPERM and ENOTTY come before EFAULT, and what is only read may be read-only', options, async () => {
  compare(await rowsOf('character', CHANNELS.V4.node), beyondFuse);
});

test(
  'when a program has ended, so have its user contexts: closing a device waits for the driver',
  options,
  async () => {
    await rowsOf('character', CHANNELS.V4.node);
    const { devices } = await host.control({ status: true });
    assert.deepEqual(
      (devices as readonly { readonly userContexts: number }[]).map(({ userContexts }) => userContexts),
      Object.values(CHANNELS).map(() => 0),
    );
  },
);
