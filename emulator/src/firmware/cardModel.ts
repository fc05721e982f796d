import { readFileSync } from 'node:fs';
import type { CardProfile } from '../host/profile.ts';
import type { CapabilityValues } from './capabilities/capabilityPages.ts';
import type { ModuleKindName } from './state/moduleKinds.ts';

/** What all cards of one kind have in common: `emulator/models/<name>.json`. */
export interface CardModel {
  readonly name: string;
  /** Product family as people call it, e.g. `ConnectX-7`. */
  readonly family: string;
  /** PCI device ids of the physical and the virtual function. */
  readonly pciDeviceId: number;
  readonly vfPciDeviceId: number;
  /** MGIR.hw_dev_id and revision. The former is the PCI device id of a card in flash recovery, too. */
  readonly hwDevId: number;
  readonly hwRevision: number;
  /** `hca_type` of the RDMA device, e.g. `MT4129`. */
  readonly hcaType: string;
  readonly firmwareVersion: string;
  /** YYYY-MM-DD. */
  readonly firmwareDate: string;
  readonly psid: string;
  readonly productName: string;
  readonly partNumber: string;
  /** Versions of the images of a DPU by MISOC's type: 0 ATF, 1 UEFI, 7 BSP. */
  readonly images?: Readonly<Record<string, string>>;
  /** Mean, °C. */
  readonly asicTemperature: number;
  readonly deviceFrequencyKhz: number;
  readonly pcie: { readonly generation: number; readonly width: number; readonly powerWatts: number };
  /** SerDes generation as SLRG and SLTP number it: 1 28 nm, 3 16 nm, 4 7 nm, 5 5 nm, 6 newer. Default 4. */
  readonly serdesVersion?: number;
  /** Highest speed of a port, Mb/s, and the nominal signalling rate of its fastest lane. */
  readonly maxPortMbps: number;
  readonly maxLaneMbps: number;
  /** What the ports can run; default both. */
  readonly protocols?: readonly ('ethernet' | 'infiniband')[];
  /** What fits into the cages. Default: OSFP from 400 Gb/s on, below QSFP56. */
  readonly cage?: ModuleKindName;
  /** How its firmware is protected; default all. */
  readonly security?: readonly ('secured' | 'signed' | 'secureBoot' | 'encrypted')[];
  /** What firmware of this age has not; default: it has everything. */
  readonly missing?: MissingInFirmware;
  /** Ids of the diagnostic counters, as the DEBUG capability page lists them. */
  readonly diagnosticCounters: readonly number[];
  readonly capabilities: Readonly<Record<string, CapabilityValues>>;
}

/** How the firmware of a model is behind the register database. */
export interface MissingInFirmware {
  /** Registers that it has not: refused, and not in any capability mask. */
  readonly registers?: readonly string[];
  /** Registers that it knows in the form before they grew; the rest of an answer is 0. */
  readonly longForms?: readonly string[];
  /** Bits that are not set in the feature masks of PCAM and MCAM. */
  readonly portFeatures?: readonly number[];
  readonly managementFeatures?: readonly number[];
}

type CapabilityDifference = Partial<CapabilityValues> | null;
type Differences = Readonly<Record<string, CapabilityDifference>>;
type ModelFile = Partial<Omit<CardModel, 'capabilities'>> & {
  readonly extends?: string | readonly string[];
  readonly capabilities?: Differences;
};

/** A model may extend another, or several, one after the other: it then says what differs. Of a capability type it says so field by field (`values` that
 * differ, `except` that are missing beside those of the base); null takes the type away.
 * @throws when there is no such model; the message names the file that was looked for */
export function loadCardModel(name: string): CardModel {
  return readModel(name) as CardModel;
}

/** The model of one card: that of its kind, with what the card itself says. */
export function modelOf({ model, pcieWidth }: CardProfile): CardModel {
  const usual = loadCardModel(model);
  return pcieWidth === undefined ? usual : { ...usual, pcie: { ...usual.pcie, width: pcieWidth } };
}

function readModel(name: string): ModelFile {
  const file = new URL(`../../models/${name}.json`, import.meta.url);
  const model = JSON.parse(readFileSync(file, 'utf8')) as ModelFile;
  let whole: ModelFile = {};
  for (const part of [...[model.extends ?? []].flat().map(readModel), model]) {
    whole = { ...whole, ...part, capabilities: differing(whole.capabilities ?? {}, part.capabilities ?? {}) };
  }
  return whole;
}

function differing(base: Differences, differences: Differences): Differences {
  const capabilities: Record<string, CapabilityDifference> = { ...base };
  for (const [type, difference] of Object.entries(differences)) {
    if (difference === null) {
      delete capabilities[type];
      continue;
    }
    const before = base[type];
    capabilities[type] = {
      ...{ bits: [], ...before, ...difference },
      except: [...(before?.except ?? []), ...(difference.except ?? [])],
      values: { ...before?.values, ...difference.values },
    };
  }
  return capabilities;
}
