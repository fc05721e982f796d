import { type BitField, parsePosition } from './bits.ts';
import { readLayoutData } from './layoutData.ts';

/** What a setting of the non-volatile configuration belongs to: the card, one of its ports, or a PCI function. */
export type NvClass = 'global' | 'physical_port' | 'per_host_pf';

/** A configuration item of MNVDA (a TLV), as mstconfig names it without `NV_`.
 * @source names and positions as public tools have them; settings without fields have a name and a length only */
export interface NvSetting {
  readonly name: string;
  readonly class: NvClass;
  readonly parameter: number;
  readonly bytes: number;
  /** What the card can, rather than what is set: it has no default and no next value. */
  readonly capability: boolean;
  readonly fields: readonly NvField[];
}

export interface NvField extends BitField {
  /** The parameter's name in mstconfig, in capitals; hardware's own for what mstconfig does not show. */
  readonly name: string;
  readonly values?: Readonly<Record<number, string>>;
}

/** Whose setting: a port from 1, a function from 0; both undefined for the card. */
export interface NvPlace {
  readonly port?: number;
  readonly function?: number;
}

interface StoredSetting {
  readonly name: string;
  readonly class: NvClass;
  readonly parameter: string;
  readonly bytes: number;
  readonly capability?: boolean;
  readonly fields: readonly {
    readonly name: string;
    readonly at: string;
    readonly values?: Readonly<Record<number, string>>;
  }[];
}

/** Which of an item's values MNVDA is asked for (access_mode): from the next reset on, in force, as delivered. */
export const NV_ACCESS_MODE = { NEXT: 0, CURRENT: 1, FACTORY: 2 } as const;

/** Type class in the highest 8 bits of a type, and where the others have the parameter and the place
 * (`config_item_type_auto_ext`). Host 0 and function 0 are those that ask, firmware fills them in. */
const CLASS_CODES: Readonly<Record<NvClass, number>> = { global: 0, physical_port: 1, per_host_pf: 3 };
const PORT_SHIFT = 16;
const FUNCTION_SHIFT = 10;

let settings: readonly NvSetting[] | undefined;

/** Every setting that has a name here, the card's first. */
export function nvSettings(): readonly NvSetting[] {
  settings ??= (readLayoutData('nvSettings') as StoredSetting[]).map(({ fields, parameter, ...setting }) => ({
    ...setting,
    parameter: Number(parameter),
    capability: setting.capability === true,
    fields: fields.map(({ at, ...field }) => ({ ...field, ...parsePosition(at) })),
  }));
  return settings;
}

/** The type of MNVDA and MNVQC: class, place and parameter in 32 bits. */
export function nvType({ class: typeClass, parameter }: NvSetting, place: NvPlace): number {
  const within = ((place.port ?? 0) << PORT_SHIFT) | ((place.function ?? 0) << FUNCTION_SHIFT);
  return ((CLASS_CODES[typeClass] << 24) | within | parameter) >>> 0;
}

/** The setting that a type names, and whose.
 * @returns undefined for one without a name here */
export function nvSettingOf(type: number): { readonly setting: NvSetting; readonly place: NvPlace } | undefined {
  for (const setting of nvSettings()) {
    const place = placeIn(setting.class, type);
    if (nvType(setting, place) === type) return { setting, place };
  }
  return undefined;
}

function placeIn(typeClass: NvClass, type: number): NvPlace {
  if (typeClass === 'physical_port') return { port: (type >>> PORT_SHIFT) & 0xff };
  return typeClass === 'per_host_pf' ? { function: (type >>> FUNCTION_SHIFT) & 0xff } : {};
}
