import { readFileSync } from 'node:fs';
import type { Mlx5ctlVersion } from '../abi/mlx5ctlStructs.ts';
import type { Population } from '../firmware/objects/population.ts';
import { parseHostProfile } from './parseProfile.ts';
import { ProfileError } from './profileValues.ts';

/** A host: `emulator/profiles/<name>.json`, or a file of one's own. The README describes every field. */
export interface HostProfile {
  readonly name: string;
  readonly description: string;
  /** What the host itself is: a server, or the Arm side of a DPU. */
  readonly platform: 'server' | 'bluefield';
  readonly cards: readonly CardProfile[];
}

export interface CardProfile {
  /** Name of a file in `emulator/models`, without its ending. */
  readonly model: string;
  readonly serialNumber: string;
  /** First of the card's MAC addresses, `b8:3f:d2:00:00:10`. */
  readonly baseMac: string;
  /** Overrides of the model. */
  readonly firmwareVersion?: string;
  readonly psid?: string;
  /** Default: some days, from the seed. */
  readonly uptimeSeconds?: number;
  /** Size of a core dump, a multiple of 8 up to 600 MiB. Default: that of a real device, 831,304. */
  readonly coreDumpBytes?: number;
  /** Generation of SerDes: 1 28 nm, 3 16 nm, 4 7 nm, 5 5 nm, 6 newer. Default: that of the model. */
  readonly serdesVersion?: number;
  /** NUM_OF_VFS from the next reset on, when somebody has set it anew. */
  readonly nextBootVfs?: number;
  /** Lanes of its PCI Express link; default: those of the model. */
  readonly pcieWidth?: number;
  readonly ports: readonly PortProfile[];
  readonly functions: readonly FunctionProfile[];
}

export interface PortProfile {
  /** A name of linkModes.ts, e.g. `400G-4x`. */
  readonly mode: string;
  /** `down`: the partner does not answer, or there is no cable. */
  readonly link: 'up' | 'down';
  readonly cable: 'optical' | 'copper' | 'none';
  /** Mean share of the line rate. */
  readonly utilisation: number;
  /** Mean bit error ratio before FEC. */
  readonly rawBer: number;
  /** And after it; 0 for a link without errors. */
  readonly effectiveBer: number;
  readonly linkDownEvents?: number;
}

export interface FunctionProfile {
  /** A VF belongs to the PF before it in the list. */
  readonly type: 'PF' | 'VF';
  /** `recovery`: the card has no firmware that runs. It has its recovery id on the PCI bus, no driver and no channel. */
  readonly state: 'running' | 'recovery';
  /** The ports of the card that the function has, in its own order, which counts from 1; default all. Several functions
   * may have the same port: multi-host, socket direct. */
  readonly ports?: readonly number[];
  /** The PF on the Arm cores of a DPU (ECPF). */
  readonly embeddedCpu: boolean;
  /** Whether it owns the eswitch; default: a PF does. On the host of a DPU the Arm side does. */
  readonly eswitchManager: boolean;
  /** `0000:03:00.0`. */
  readonly pciAddress: string;
  /** The bridge above it, `0000:00:01.0`. */
  readonly bridge: string;
  readonly numaNode: number;
  /** The debug channel; without one the function has no node in /dev. */
  readonly channel?: ChannelProfile;
  /** cmd_hca_cap.uctx_cap: 1 RAW_TX, 2 INTERNAL_DEVICE_RESOURCES, 4 TOOLS_RESOURCES. */
  readonly uctxCap: number;
  /** Registers that firmware lets this function read; the others are refused with BAD_SYS_STATE. */
  readonly registers: 'all' | readonly string[];
  readonly netdevs: readonly NetdevProfile[];
  readonly rdmaDevice?: string;
  /** Subfunctions of a PF: they have no channel of their own. */
  readonly subfunctions: readonly SubfunctionProfile[];
  /** How much programs and drivers have made on it. */
  readonly objects: Population;
}

export interface NetdevProfile {
  readonly name: string;
  /** As the function counts its ports. */
  readonly port: number;
  /** Default `p0` for the first port of the card; representors of other functions have names such as `pf0vf1`. */
  readonly physPortName?: string;
}

export interface SubfunctionProfile {
  /** Number of the auxiliary device, `mlx5_core.sf.<index>`. */
  readonly index: number;
  /** As devlink was told when it was made. */
  readonly sfnum: number;
  readonly netdev?: string;
  readonly rdmaDevice?: string;
}

export interface ChannelProfile {
  readonly kind: 'mlx5ctl' | 'fwctl';
  readonly number: number;
  /** Version of mlx5ctl; default V4. */
  readonly abi?: Mlx5ctlVersion;
}

/** @param nameOrFile `gpu-a`, or a path that ends in `.json`
 * @throws ProfileError that says what is wrong in the file */
export function loadHostProfile(nameOrFile: string): HostProfile {
  const file = nameOrFile.endsWith('.json')
    ? nameOrFile
    : new URL(`../../profiles/${nameOrFile}.json`, import.meta.url);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ProfileError(`cannot read host profile "${nameOrFile}"; \`profiles\` lists the built-in ones`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProfileError(`host profile "${nameOrFile}" is not JSON`, { cause });
  }
  return parseHostProfile(value, nameOrFile);
}
