import test from 'ava';
import { fwctlAllows } from '../../src/abi/fwctlAllowList.ts';

/** Rows of reference 2.6, by hand. */
const rows: readonly (readonly [string, number, number, lowestScope: number | undefined])[] = [
  ['QUERY_HCA_CAP', 0x100, 0, 0],
  ['QUERY_ADAPTER', 0x101, 0, 0],
  ['a register write', 0x805, 0, 0],
  ['a register read', 0x805, 1, 1],
  ['a register read by op_mod 2', 0x805, 2, 1],
  ['a user register write', 0xb0c, 0, 0],
  ['a user register read', 0xb0c, 1, 1],
  ['QUERY_ISSI', 0x10a, 0, 1],
  ['QUERY_MTT', 0x8001, 0, 1],
  ['SET_DIAGNOSTIC_PARAMS', 0x820, 0, 2],
  ['ALLOC_PD', 0x800, 0, undefined],
  ['CREATE_MKEY', 0x200, 0, undefined],
  ['CREATE_UMEM', 0xa08, 0, undefined],
  ['opcode 0', 0, 0, undefined],
];

for (const [name, opcode, opMod, lowest] of rows) {
  test(`${name} passes ${lowest === undefined ? 'at no scope' : `from scope ${lowest} on`}`, (t) => {
    for (const scope of [0, 1, 2, 3]) {
      t.is(fwctlAllows(opcode, opMod, scope), lowest !== undefined && scope >= lowest, `scope ${scope}`);
    }
  });
}
