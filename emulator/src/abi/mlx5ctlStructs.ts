/** ioctl numbers and structures of mlx5ctl V4 (the posting of 6 February 2024): magic 0x5c, host byte order. Written
 * down here and not taken from the client's code; the test compares them with the C compiler's. */
export const MLX5CTL_IOCTL_INFO = 0x80105c00;
export const MLX5CTL_IOCTL_CMDRPC = 0xc0185c01;
export const MLX5CTL_IOCTL_UMEM_REG = 0xc0185c02;
export const MLX5CTL_IOCTL_UMEM_UNREG = 0xc0085c03;

/** Lengths of inbox and outbox that CMDRPC takes. */
export const MIN_RPC_SIZE = 16;
export const MAX_RPC_SIZE = 512 * 512;

export const MAX_UMEM_SIZE = 64 * 1024 * 1024;

/** UCTX capability bits. */
export const uctxCap = { RAW_TX: 0x1, INTERNAL_DEVICE_RESOURCES: 0x2, TOOLS_RESOURCES: 0x4 } as const;

/** struct mlx5ctl_info, 16 bytes. */
export const info = { uctx_uid: 0, uctx_cap: 4, dev_uctx_cap: 8, ucap: 12 } as const;
/** struct mlx5ctl_cmdrpc, 24 bytes. */
export const cmdrpc = { in: 0, out: 8, inlen: 16, outlen: 20 } as const;
/** struct mlx5ctl_umem_reg, 24 bytes. */
export const umemReg = { addr: 0, len: 8, umem_id: 16 } as const;
/** struct mlx5ctl_umem_unreg, 8 bytes. */
export const umemUnreg = { umem_id: 0 } as const;
