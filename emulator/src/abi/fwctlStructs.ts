/** ioctl numbers and structures of fwctl (include/uapi/fwctl/fwctl.h, mlx5.h): type 0x9a, `_IO` numbers that carry
 * neither direction nor size. Host byte order. Written down here and not taken from the client's code. */
export const FWCTL_INFO = 0x9a00;
export const FWCTL_RPC = 0x9a01;

/** struct fwctl_info. */
export const info = {
  bytes: 24,
  size: 0,
  flags: 4,
  out_device_type: 8,
  device_data_len: 12,
  out_device_data: 16,
} as const;
/** struct fwctl_rpc. */
export const rpc = { bytes: 32, size: 0, scope: 4, in_len: 8, out_len: 12, in: 16, out: 24 } as const;
/** struct fwctl_info_mlx5. */
export const infoMlx5 = { bytes: 8, uid: 0, uctx_caps: 4 } as const;

export const FWCTL_DEVICE_TYPE_MLX5 = 1;

export const scope = { CONFIGURATION: 0, DEBUG_READ_ONLY: 1, DEBUG_WRITE: 2, DEBUG_WRITE_FULL: 3 } as const;

export const MAX_RPC_LEN = 2 * 1024 * 1024;
/** Header of inbox and outbox (mbox_in, mbox_out). */
export const MBOX_HEADER = 16;

export const UCTX_CAP_TOOLS_RESOURCES = 0x4;
