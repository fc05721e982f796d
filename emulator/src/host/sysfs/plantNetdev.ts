import type { FirmwareFunction } from '../../firmware/firmwareFunction.ts';
import type { NetdevProfile } from '../profile.ts';
import { functionMac } from './addresses.ts';
import { devicePath } from './paths.ts';
import type { Planter } from './planter.ts';

/** Types of <linux/if_arp.h>. */
const ARPHRD_ETHER = 1;
const ARPHRD_INFINIBAND = 32;

export function plantNetdev(
  planter: Planter,
  { profile, card }: FirmwareFunction,
  { name, port: portNumber, physPortName }: NetdevProfile,
  parent = devicePath(profile),
): void {
  const port = card.ports[portNumber - 1];
  if (port === undefined) return;
  const path = `${parent}/net/${name}`;
  const ethernet = port.mode.protocol === 'ethernet';
  const carried = (direction: 'rx' | 'tx', what: 'octets' | 'frames') => () =>
    card.traffic(port, direction, port.activeSeconds())[what];

  planter.text(`${path}/operstate`, () => (port.up ? 'up' : 'down'));
  planter.text(`${path}/carrier`, () => (port.up ? 1 : 0));
  // Mb/s; -1 while there is no link.
  planter.text(`${path}/speed`, () => (port.up ? port.mode.mbps : -1));
  planter.text(`${path}/address`, functionMac(card, profile));
  planter.text(`${path}/mtu`, ethernet ? 9000 : 4092);
  planter.text(`${path}/type`, ethernet ? ARPHRD_ETHER : ARPHRD_INFINIBAND);
  planter.text(`${path}/ifindex`, 2 + [...name].reduce((sum, letter) => (sum * 7 + letter.charCodeAt(0)) % 90, 0));
  planter.text(`${path}/dev_port`, portNumber - 1);
  planter.text(`${path}/phys_port_name`, physPortName ?? `p${port.number - 1}`);
  planter.text(`${path}/uevent`, `INTERFACE=${name}`);
  planter.text(`${path}/statistics/rx_bytes`, carried('rx', 'octets'));
  planter.text(`${path}/statistics/rx_packets`, carried('rx', 'frames'));
  planter.text(`${path}/statistics/tx_bytes`, carried('tx', 'octets'));
  planter.text(`${path}/statistics/tx_packets`, carried('tx', 'frames'));
  planter.link(`${path}/device`, parent);
  planter.link(`${path}/subsystem`, 'sys/class/net');
  planter.link(`sys/class/net/${name}`, path);
}
