import { layoutOf } from '../../prm/index.ts';
import type { FoundFields } from './foundItems.ts';
import { readable } from './reportRows.ts';

/** Values of PDDR.cable_identifier. */
const QSFP = [0, 1];
const SFP = [2, 3];
/** SFF-8472 byte 8. */
const PASSIVE_CABLE = 0x04;
const ACTIVE_CABLE = 0x08;

/** The technology of a module in words. Firmware gives a byte of the module's memory as it is, and which one depends on the
 * kind of module: CMIS byte 212; SFF-8636 byte 147, where it is the upper half; SFF-8472 byte 8, which tells cables only.
 * The register database has names for the first two.
 * @param page PDDR page 3
 * @source descriptions of PDDR.cable_technology and .cable_identifier in mstflint's register database */
export function cableTechnology(page: FoundFields): string | undefined {
  const byte = page.number('cable_technology');
  const identifier = page.number('cable_identifier');
  if (byte === undefined || identifier === undefined) return undefined;
  if (SFP.includes(identifier)) {
    if ((byte & ACTIVE_CABLE) !== 0) return 'Active cable';
    return (byte & PASSIVE_CABLE) === 0 ? undefined : 'Passive cable';
  }
  const technology = QSFP.includes(identifier) ? byte >>> 4 : byte;
  const name = layoutOf('pddr_module_info_ext').byName.get('cable_technology')?.enumeration?.nameOf.get(technology);
  return name === undefined ? `${technology}` : readable(name);
}
