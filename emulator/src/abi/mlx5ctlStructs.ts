/** ioctl numbers and structures of mlx5ctl in its four postings (V1 October 2023, V2 and V3 November 2023, V4 February
 * 2024): magic 0x5c, host byte order. Written down here and not taken from the client's code; the test compares them with
 * the C compiler's. */
export type Mlx5ctlVersion = 'V1' | 'V2' | 'V3' | 'V4';

export const MLX5CTL_VERSIONS: readonly Mlx5ctlVersion[] = ['V1', 'V2', 'V3', 'V4'];

/** Offsets of fields; `bytes` is the structure's size. */
interface InfoStruct {
  readonly bytes: number;
  readonly size?: number;
  /** PCI address, NUL padded. */
  readonly devname?: number;
  readonly uctx_uid: number;
  readonly uctx_cap: number;
  readonly dev_uctx_cap: number;
  readonly ucap: number;
}
interface CmdrpcStruct {
  readonly bytes: number;
  readonly in: number;
  readonly out: number;
  readonly inlen: number;
  readonly outlen: number;
  readonly flags?: number;
}
interface UmemRegStruct {
  readonly bytes: number;
  readonly flags?: number;
  readonly size?: number;
  readonly reserved?: readonly number[];
  readonly addr: number;
  readonly len: number;
  readonly umem_id: number;
}
interface UmemUnregStruct {
  readonly bytes: number;
  readonly flags?: number;
  readonly size?: number;
  readonly umem_id: number;
}

export interface Mlx5ctlInterface {
  readonly INFO: number;
  readonly CMDRPC: number;
  readonly UMEM_REG: number;
  readonly UMEM_UNREG: number;
  /** Longest inbox and outbox that CMDRPC takes. */
  readonly maxRpcSize: number;
  readonly info: InfoStruct;
  readonly cmdrpc: CmdrpcStruct;
  readonly umemReg: UmemRegStruct;
  /** Absent where the ioctl's argument is the id itself. */
  readonly umemUnreg?: UmemUnregStruct;
}

const oldCmdrpc: CmdrpcStruct = { bytes: 32, in: 0, out: 8, inlen: 16, outlen: 20, flags: 24 };
const namedInfo = { size: 8, devname: 12, uctx_uid: 76, uctx_cap: 80, dev_uctx_cap: 84, ucap: 88 } as const;
const sizedUmemReg: UmemRegStruct = {
  bytes: 40,
  flags: 0,
  size: 8,
  reserved: [12, 36],
  addr: 16,
  len: 24,
  umem_id: 32,
};
const second = {
  INFO: 0x80605c00,
  CMDRPC: 0xc0205c01,
  UMEM_REG: 0xc0285c02,
  maxRpcSize: 8192,
  info: { bytes: 96, ...namedInfo },
  cmdrpc: oldCmdrpc,
  umemReg: sizedUmemReg,
} as const;

export const mlx5ctlInterfaces: Readonly<Record<Mlx5ctlVersion, Mlx5ctlInterface>> = {
  V1: {
    INFO: 0x80705c00,
    CMDRPC: 0xc0205c01,
    UMEM_REG: 0xc0385c02,
    UMEM_UNREG: 0xc0085c03,
    maxRpcSize: 8192,
    info: { bytes: 112, ...namedInfo },
    cmdrpc: oldCmdrpc,
    umemReg: { bytes: 56, flags: 16, addr: 0, len: 8, umem_id: 24 },
  },
  V2: { ...second, UMEM_UNREG: 0x00005c03 },
  V3: { ...second, UMEM_UNREG: 0xc0105c03, umemUnreg: { bytes: 16, flags: 0, size: 8, umem_id: 12 } },
  V4: {
    INFO: 0x80105c00,
    CMDRPC: 0xc0185c01,
    UMEM_REG: 0xc0185c02,
    UMEM_UNREG: 0xc0085c03,
    maxRpcSize: 512 * 512,
    info: { bytes: 16, uctx_uid: 0, uctx_cap: 4, dev_uctx_cap: 8, ucap: 12 },
    cmdrpc: { bytes: 24, in: 0, out: 8, inlen: 16, outlen: 20 },
    umemReg: { bytes: 24, addr: 0, len: 8, umem_id: 16 },
    umemUnreg: { bytes: 8, umem_id: 0 },
  },
};

export const MIN_RPC_SIZE = 16;
/** Of all versions. */
export const MAX_RPC_SIZE = 512 * 512;

export const MAX_UMEM_SIZE = 64 * 1024 * 1024;

/** UCTX capability bits. */
export const uctxCap = { RAW_TX: 0x1, INTERNAL_DEVICE_RESOURCES: 0x2, TOOLS_RESOURCES: 0x4 } as const;
