import { functionMac } from '../../host/sysfs/addresses.ts';
import { setBits } from '../layout/bits.ts';
import type { Values } from '../layout/structWriter.ts';
import type { Objects } from './objects.ts';

/** Virtual ports of the eswitch: 0 the physical function, from 1 its virtual functions, 0xfffe the Arm side of a
 * DPU, 0xffff the wire. */
export const UPLINK_VPORT = 0xffff;
/** The Arm side of a DPU. */
const ECPF_VPORT = 0xfffe;

/** @returns whether a function may ask about a virtual port that is not its own, and there is one */
export function hasVport({ profile, card }: Objects, vport: number): boolean {
  const virtual = card.profile.functions.filter(({ type }) => type === 'VF').length;
  const ecpf = card.profile.functions.some(({ embeddedCpu }) => embeddedCpu);
  return profile.type === 'PF' && (vport <= virtual || vport === UPLINK_VPORT || (ecpf && vport === ECPF_VPORT));
}

/** The function's MAC address, as its netdev has it. */
export function macOf({ card, profile }: Objects): number {
  return Number.parseInt(functionMac(card, profile).replaceAll(':', ''), 16);
}

/** mac_address_layout by field, below a path. */
export function macValues(path: string, mac: number): Values {
  return { [`${path}.mac_addr_47_32`]: Math.floor(mac / 2 ** 32), [`${path}.mac_addr_31_0`]: mac % 2 ** 32 };
}

/** EUI-64 of a MAC address, at a byte of a buffer: more than a number holds exactly. */
export function putGuid(bytes: Uint8Array, at: number, mac: number): void {
  const high = Math.floor(mac / 2 ** 24);
  setBits(bytes, at * 8, 32, high * 2 ** 8 + 0x03);
  setBits(bytes, (at + 4) * 8, 32, mac % 2 ** 24);
}

export const MULTICAST_ALL_NODES = 0x3333_0000_0001;
