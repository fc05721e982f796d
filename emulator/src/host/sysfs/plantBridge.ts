import { modelOf } from '../../firmware/cardModel.ts';
import type { Tree } from '../../fuse/tree.ts';
import type { CardProfile } from '../profile.ts';
import { createPlanter } from './planter.ts';
import { LINK_SPEEDS } from './plantPci.ts';

/** An upstream port of Intel, as many hosts have. */
const VENDOR = '0x8086';
const DEVICE = '0x352a';
const BRIDGE_CLASS = '0x060400';

/** The bridges that the cards sit below. They stay when a card goes. */
export function plantBridges(tree: Tree, cards: readonly CardProfile[]): void {
  const planter = createPlanter(tree);
  const planted = new Set<string>();
  for (const card of cards) {
    const { pcie } = modelOf(card);
    const speed = LINK_SPEEDS[pcie.generation] ?? 'Unknown';
    for (const { bridge } of card.functions) {
      if (planted.has(bridge)) continue;
      planted.add(bridge);
      const path = `sys/devices/pci${bridge.slice(0, 7)}/${bridge}`;
      const attributes = {
        ...{ vendor: VENDOR, device: DEVICE, class: BRIDGE_CLASS },
        ...{ current_link_speed: speed, current_link_width: pcie.width },
        ...{ max_link_speed: speed, max_link_width: pcie.width },
        ...{ aer_rootport_total_err_cor: 0, aer_rootport_total_err_nonfatal: 0, aer_rootport_total_err_fatal: 0 },
      };
      for (const [name, value] of Object.entries(attributes)) planter.text(`${path}/${name}`, value);
    }
  }
}
