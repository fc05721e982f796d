import { execFileSync } from 'node:child_process';
import test from 'ava';
import * as fwctl from '../../src/abi/fwctlStructs.ts';
import * as mlx5ctl from '../../src/abi/mlx5ctlStructs.ts';
import { compileClient, noCompiler } from '../client.ts';

const withCompiler = noCompiler === undefined ? test : test.skip;
if (noCompiler !== undefined) test(`structures are not compared with the compiler's: ${noCompiler}`, (t) => t.pass());

withCompiler("ioctl numbers, sizes and offsets are the C compiler's", (t) => {
  const compiled = JSON.parse(execFileSync(compileClient('abi'), { encoding: 'utf8' })) as Record<string, number>;
  const offsets = (struct: string, fields: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(fields).map(([field, offset]) => [`${struct}.${field}`, offset]));
  const struct = (name: string, { bytes, ...fields }: Readonly<Record<string, unknown>>): Record<string, number> => ({
    [`sizeof ${name}`]: Number(bytes),
    ...offsets(
      name,
      Object.fromEntries(
        Object.entries(fields).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
      ),
    ),
  });
  const { V1, V2, V3, V4 } = mlx5ctl.mlx5ctlInterfaces;
  t.deepEqual(compiled, {
    V1_INFO: V1.INFO,
    V1_CMDRPC: V1.CMDRPC,
    V1_UMEM_REG: V1.UMEM_REG,
    V1_UMEM_UNREG: V1.UMEM_UNREG,
    ...struct('v1_info', { ...V1.info }),
    ...struct('v1_cmdrpc', { ...V1.cmdrpc }),
    ...struct('v1_umem_reg', { ...V1.umemReg }),
    V2_INFO: V2.INFO,
    V2_CMDRPC: V2.CMDRPC,
    V2_UMEM_REG: V2.UMEM_REG,
    V2_UMEM_UNREG: V2.UMEM_UNREG,
    ...struct('v2_info', { ...V2.info }),
    ...struct('v2_umem_reg', { ...V2.umemReg }),
    V3_UMEM_UNREG: V3.UMEM_UNREG,
    ...struct('v3_umem_unreg', { ...V3.umemUnreg }),
    MLX5CTL_IOCTL_INFO: V4.INFO,
    MLX5CTL_IOCTL_CMDRPC: V4.CMDRPC,
    MLX5CTL_IOCTL_UMEM_REG: V4.UMEM_REG,
    MLX5CTL_IOCTL_UMEM_UNREG: V4.UMEM_UNREG,
    ...struct('mlx5ctl_info', { ...V4.info }),
    ...struct('mlx5ctl_cmdrpc', { ...V4.cmdrpc }),
    ...struct('mlx5ctl_umem_reg', { ...V4.umemReg }),
    ...struct('mlx5ctl_umem_unreg', { ...V4.umemUnreg }),
    FWCTL_INFO: fwctl.FWCTL_INFO,
    FWCTL_RPC: fwctl.FWCTL_RPC,
    ...struct('fwctl_info', { ...fwctl.info }),
    ...struct('fwctl_rpc', { ...fwctl.rpc }),
    ...struct('fwctl_info_mlx5', { ...fwctl.infoMlx5 }),
  });
  // What the second and third version have in common with others.
  t.deepEqual([V2.cmdrpc, V3.cmdrpc], [V1.cmdrpc, V1.cmdrpc]);
  t.deepEqual({ ...V3, UMEM_UNREG: 0, umemUnreg: undefined }, { ...V2, UMEM_UNREG: 0, umemUnreg: undefined });
});
