import type { CardModel } from '../cardModel.ts';
import { type LinkMode, modesWithin } from './linkModes.ts';
import { cageOf } from './moduleKinds.ts';
import type { Port } from './port.ts';

/** The modes of a protocol that a port can run: what the ASIC, its SerDes and the cage allow.
 * @param most not faster than this; default: as fast as the card */
export function supportedModes(
  { cage, maxPortMbps, maxLaneMbps }: CardModel,
  { mode }: Port,
  protocol: LinkMode['protocol'] = mode.protocol,
  most: Pick<LinkMode, 'mbps' | 'laneMbps'> = { mbps: maxPortMbps, laneMbps: maxLaneMbps },
): readonly LinkMode[] {
  const lanes = cageOf(cage, mode).portLanes;
  const mbps = Math.min(most.mbps, maxPortMbps);
  return modesWithin(protocol, { mbps, laneMbps: Math.min(most.laneMbps, maxLaneMbps), lanes });
}
