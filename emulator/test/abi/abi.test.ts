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
  const { bytes: infoBytes, ...info } = fwctl.info;
  const { bytes: rpcBytes, ...rpc } = fwctl.rpc;
  const { bytes: infoMlx5Bytes, ...infoMlx5 } = fwctl.infoMlx5;
  t.deepEqual(compiled, {
    MLX5CTL_IOCTL_INFO: mlx5ctl.MLX5CTL_IOCTL_INFO,
    MLX5CTL_IOCTL_CMDRPC: mlx5ctl.MLX5CTL_IOCTL_CMDRPC,
    MLX5CTL_IOCTL_UMEM_REG: mlx5ctl.MLX5CTL_IOCTL_UMEM_REG,
    MLX5CTL_IOCTL_UMEM_UNREG: mlx5ctl.MLX5CTL_IOCTL_UMEM_UNREG,
    FWCTL_INFO: fwctl.FWCTL_INFO,
    FWCTL_RPC: fwctl.FWCTL_RPC,
    'sizeof mlx5ctl_info': 16,
    'sizeof mlx5ctl_cmdrpc': 24,
    'sizeof mlx5ctl_umem_reg': 24,
    'sizeof mlx5ctl_umem_unreg': 8,
    'sizeof fwctl_info': infoBytes,
    'sizeof fwctl_rpc': rpcBytes,
    'sizeof fwctl_info_mlx5': infoMlx5Bytes,
    ...offsets('mlx5ctl_info', mlx5ctl.info),
    ...offsets('mlx5ctl_cmdrpc', mlx5ctl.cmdrpc),
    ...offsets('mlx5ctl_umem_reg', mlx5ctl.umemReg),
    ...offsets('mlx5ctl_umem_unreg', mlx5ctl.umemUnreg),
    ...offsets('fwctl_info', info),
    ...offsets('fwctl_rpc', rpc),
    ...offsets('fwctl_info_mlx5', infoMlx5),
  });
});
