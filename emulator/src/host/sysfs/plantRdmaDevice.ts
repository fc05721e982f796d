import type { Card } from '../../firmware/card.ts';
import type { FirmwareFunction } from '../../firmware/firmwareFunction.ts';
import { psidOf } from '../../firmware/registers/identity.ts';
import type { Port } from '../../firmware/state/port.ts';
import { functionMac, guidOf } from './addresses.ts';
import { devicePath } from './paths.ts';
import type { Planter } from './planter.ts';

/** Generations as the `rate` file words them, by the signalling rate of a lane in Mb/s. */
const generations: Readonly<Record<number, string>> = {
  10312: 'QDR',
  25781: 'EDR',
  53125: 'HDR',
  106250: 'NDR',
  212500: 'XDR',
};

export function plantRdmaDevice(
  planter: Planter,
  { profile, card }: FirmwareFunction,
  name: string,
  parent = devicePath(profile),
): void {
  const path = `${parent}/infiniband/${name}`;
  const guid = guidOf(functionMac(card, profile));

  planter.text(`${path}/node_type`, '1: CA');
  planter.text(`${path}/node_guid`, guid);
  planter.text(`${path}/sys_image_guid`, guidOf(card.profile.baseMac));
  planter.text(`${path}/node_desc`, `${card.model.family} ${card.profile.serialNumber}`);
  planter.text(`${path}/fw_ver`, card.profile.firmwareVersion ?? card.model.firmwareVersion);
  planter.text(`${path}/hw_rev`, card.model.hwRevision);
  planter.text(`${path}/hca_type`, card.model.hcaType);
  planter.text(`${path}/board_id`, psidOf(card));
  planter.link(`${path}/device`, parent);
  planter.link(`${path}/subsystem`, 'sys/class/infiniband');
  planter.link(`sys/class/infiniband/${name}`, path);

  // A function counts its own ports.
  for (const [at, port] of card.ports.entries()) {
    plantPort(planter, `${path}/ports/${at + 1}`, port);
    plantCounters(planter, `${path}/ports/${at + 1}`, card, port);
  }
}

function plantPort(planter: Planter, path: string, port: Port): void {
  const { mode } = port;
  planter.text(`${path}/state`, () => (port.up ? '4: ACTIVE' : '1: DOWN'));
  planter.text(`${path}/phys_state`, () => physicalState(port));
  planter.text(`${path}/rate`, `${mode.mbps / 1000} Gb/sec (${mode.lanes}X ${generations[mode.laneMbps] ?? ''})`);
  planter.text(`${path}/link_layer`, mode.protocol === 'ethernet' ? 'Ethernet' : 'InfiniBand');
  planter.text(`${path}/lid`, mode.protocol === 'ethernet' ? '0x0' : '0x1f');
  planter.text(`${path}/sm_lid`, mode.protocol === 'ethernet' ? '0x0' : '0x1');
}

/** Counters of a port. Data are counted in units of 4 bytes (IBTA). */
function plantCounters(planter: Planter, path: string, card: Card, port: Port): void {
  for (const [direction, name] of [
    ['rx', 'rcv'],
    ['tx', 'xmit'],
  ] as const) {
    const traffic = () => card.traffic(port, direction, port.activeSeconds());
    planter.text(`${path}/counters/port_${name}_data`, () => Math.floor(traffic().octets / 4));
    planter.text(`${path}/counters/port_${name}_packets`, () => traffic().frames);
  }
  for (const name of ['link_downed', 'symbol_error', 'port_rcv_errors', 'port_xmit_discards', 'VL15_dropped']) {
    planter.text(`${path}/counters/${name}`, name === 'link_downed' ? () => port.linkDownEvents : 0);
  }
  for (const name of [
    'out_of_buffer',
    'out_of_sequence',
    'packet_seq_err',
    'local_ack_timeout_err',
    'rx_icrc_encapsulated',
  ]) {
    planter.text(`${path}/hw_counters/${name}`, 0);
  }
  planter.text(`${path}/hw_counters/lifespan`, 10);
}

function physicalState(port: Port): string {
  if (port.up) return '5: LinkUp';
  return port.adminUp ? '2: Polling' : '3: Disabled';
}
