import type { FirmwareFunction } from '../firmware/firmwareFunction.ts';
import { phyOf } from '../firmware/state/phy.ts';

/** What a device's model holds at this moment, in plain numbers: for people and tests that want to compare. */
export function snapshotOf({ profile, card, population }: FirmwareFunction): Record<string, unknown> {
  return {
    device: profile.pciAddress,
    model: card.model.family,
    serialNumber: card.profile.serialNumber,
    uptimeSeconds: card.uptimeSeconds(),
    objects: population,
    ports: card.ports.map((port) => {
      const active = port.activeSeconds();
      return {
        number: port.number,
        mode: port.mode.name,
        adminUp: port.adminUp,
        up: port.up,
        linkDownEvents: port.linkDownEvents,
        tx: card.traffic(port, 'tx', active),
        rx: card.traffic(port, 'rx', active),
        phy: phyOf(port, active),
      };
    }),
    sensors: card.sensors.map((sensor) => ({
      index: sensor.index,
      name: sensor.name,
      temperature: sensor.temperature(),
      highest: sensor.highest(),
    })),
  };
}
