import { readFileSync } from 'node:fs';
import type { CapabilityValues } from './capabilities/capabilityPages.ts';

/** What all cards of one kind have in common: `emulator/models/<name>.json`. */
export interface CardModel {
  readonly name: string;
  /** Product family as people call it, e.g. `ConnectX-7`. */
  readonly family: string;
  /** PCI device ids of the physical and the virtual function. */
  readonly pciDeviceId: number;
  readonly vfPciDeviceId: number;
  /** MGIR.hw_dev_id and revision. */
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
  /** Highest speed of a port, Mb/s. */
  readonly maxPortMbps: number;
  /** Ids of the diagnostic counters, as the DEBUG capability page lists them. */
  readonly diagnosticCounters: readonly number[];
  readonly capabilities: Readonly<Record<string, CapabilityValues>>;
}

/** A model may extend another: it then says what differs, and names capability types to add or replace.
 * @throws when there is no such model; the message names the file that was looked for */
export function loadCardModel(name: string): CardModel {
  const file = new URL(`../../models/${name}.json`, import.meta.url);
  const model = JSON.parse(readFileSync(file, 'utf8')) as CardModel & { readonly extends?: string };
  if (model.extends === undefined) return model;
  const base = loadCardModel(model.extends);
  return { ...base, ...model, capabilities: { ...base.capabilities, ...model.capabilities } };
}
