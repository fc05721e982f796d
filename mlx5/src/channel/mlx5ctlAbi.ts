/** What differs between the four versions of mlx5ctl's interface: magic 0x5c, structures in host order. A number holds
 * its structure's size, so a driver of another version says ENOTTY. INFO, CMDRPC, UMEM_REG and UMEM_UNREG are 0 to 3.
 * @source the postings of October and November 2023 (V1, V2, V3) and February 2024 (V4) */
export interface Mlx5ctlAbi {
  readonly name: 'V1' | 'V2' | 'V3' | 'V4';
  readonly info: {
    readonly request: number;
    readonly bytes: number;
    readonly uctx_uid: number;
    readonly uctx_cap: number;
    /** Holds the structure's own size. */
    readonly size?: number;
  };
  /** `in`, `out`, `inlen` and `outlen` lie at 0, 8, 16 and 20 in all versions; flags behind them are 0. */
  readonly cmdrpc: { readonly request: number; readonly bytes: number };
  /** Longest inbox and outbox. */
  readonly maxLength: number;
  readonly umemReg: {
    readonly request: number;
    readonly bytes: number;
    readonly size?: number;
    readonly addr: number;
    readonly len: number;
    readonly umem_id: number;
  };
  /** V1 and V2 take the umem's id in place of an address. V1 and V4 have the same number for it! */
  readonly umemUnreg:
    | { readonly request: number; readonly argument: 'number' }
    | {
        readonly request: number;
        readonly argument: 'structure';
        readonly bytes: number;
        readonly size?: number;
        readonly umem_id: number;
      };
}

const oldInfo = { uctx_uid: 76, uctx_cap: 80, size: 8 } as const;
const oldCmdrpc = { request: 0xc0205c01, bytes: 32 } as const;
const info2 = { request: 0x80605c00, bytes: 96, ...oldInfo } as const;
const umemReg2 = { request: 0xc0285c02, bytes: 40, size: 8, addr: 16, len: 24, umem_id: 32 } as const;

export const MLX5CTL_V1: Mlx5ctlAbi = {
  name: 'V1',
  info: { request: 0x80705c00, bytes: 112, ...oldInfo },
  cmdrpc: oldCmdrpc,
  maxLength: 8192,
  umemReg: { request: 0xc0385c02, bytes: 56, addr: 0, len: 8, umem_id: 24 },
  umemUnreg: { request: 0xc0085c03, argument: 'number' },
};

export const MLX5CTL_V2: Mlx5ctlAbi = {
  name: 'V2',
  info: info2,
  cmdrpc: oldCmdrpc,
  maxLength: 8192,
  umemReg: umemReg2,
  umemUnreg: { request: 0x5c03, argument: 'number' },
};

export const MLX5CTL_V3: Mlx5ctlAbi = {
  name: 'V3',
  info: info2,
  cmdrpc: oldCmdrpc,
  maxLength: 8192,
  umemReg: umemReg2,
  umemUnreg: { request: 0xc0105c03, argument: 'structure', bytes: 16, size: 8, umem_id: 12 },
};

export const MLX5CTL_V4: Mlx5ctlAbi = {
  name: 'V4',
  info: { request: 0x80105c00, bytes: 16, uctx_uid: 0, uctx_cap: 4 },
  cmdrpc: { request: 0xc0185c01, bytes: 24 },
  // 512 mailbox blocks of 512 bytes.
  maxLength: 262_144,
  umemReg: { request: 0xc0185c02, bytes: 24, addr: 0, len: 8, umem_id: 16 },
  umemUnreg: { request: 0xc0085c03, argument: 'structure', bytes: 8, umem_id: 0 },
};

/** Ids of umems have 24 bits: there is none with this one. */
export const IMPOSSIBLE_UMEM = 0xffff_ffff;
