import type { Card } from '../../firmware/card.ts';
import type { FunctionProfile } from '../profile.ts';

/** Functions that one bus can have. */
const FUNCTIONS_OF_A_BUS = 8;

/** A function's MAC address: the card's, counted up by the function's number, and for another bus by 8. */
export function functionMac(card: Card, fn: FunctionProfile): string {
  const busOf = ({ pciAddress }: FunctionProfile): string => pciAddress.slice(0, -2);
  const buses = [...new Set(card.profile.functions.map(busOf))];
  const functionNumber = Number(fn.pciAddress.slice(-1)) + FUNCTIONS_OF_A_BUS * Math.max(0, buses.indexOf(busOf(fn)));
  const bytes = card.profile.baseMac.split(':').map((byte) => Number.parseInt(byte, 16));
  const last = ((bytes.at(-1) ?? 0) + functionNumber) & 0xff;
  return [...bytes.slice(0, -1), last].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** EUI-64 of a MAC address in the notation of RDMA sysfs files, `b83f:d203:000a:0010`. */
export function guidOf(mac: string): string {
  const digits = mac.replaceAll(':', '');
  const eui64 = `${digits.slice(0, 6)}0300${digits.slice(6)}`;
  return (eui64.match(/.{4}/g) ?? []).join(':');
}
