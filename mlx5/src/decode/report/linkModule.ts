import type { Item } from '../../collect/item.ts';
import { moduleBytes } from '../moduleMemory/moduleBytes.ts';
import { type ModuleFacts, moduleFacts } from '../moduleMemory/moduleFacts.ts';
import { cableTechnology } from './cableTechnology.ts';
import type { FoundFields, FoundItems } from './foundItems.ts';
import type { ReportRow, Severity } from './report.ts';
import { row, words } from './reportRows.ts';

const PAGE = 'page_data.pddr_module_info_ext';
const UNPLUGGED = 4;
const MODULE_ERROR = 3;
/** mstlink shows 0 µW as this. */
const NO_LIGHT_DBM = -40;

/** What is in the cage of a port, as firmware knows it (PDDR) and as the module's own memory says (MCIA). */
export function moduleRows(
  found: FoundItems,
  items: readonly Item[],
  port: number,
  lanes: number,
): readonly (readonly ReportRow[])[] {
  const page = found.find('PDDR', { local_port: port, page_select: 3 }).below(PAGE);
  const module = found.find('PMLP', { local_port: port }).number('lane_module_mapping[0].module') ?? port - 1;
  const state = found.find('PMAOS', { module });
  const memory = moduleFacts(moduleBytes(items, module));
  const plugged = page.number('cable_type') !== UNPLUGGED;
  return [
    row('State', words(state, 'oper_status'), stateJudgement(state)),
    row('Cable', words(page, 'cable_type')),
    ...(plugged ? identityRows(page, memory) : []),
    ...(plugged ? monitorRows(page, memory, lanes) : []),
  ];
}

function stateJudgement(state: FoundFields): { readonly severity?: Severity; readonly advice?: string } {
  if (state.number('oper_status') !== MODULE_ERROR) return {};
  const error = words(state, 'error_type');
  return { severity: 'error', advice: `${error ?? 'The module is in error'}: reseat or replace it.` };
}

function identityRows(page: FoundFields, memory: ModuleFacts | undefined): readonly (readonly ReportRow[])[] {
  const serial = page.text('vendor_sn');
  const differs = serial !== undefined && memory?.serialNumber !== undefined && serial !== memory.serialNumber;
  const copper = page.number('wavelength') === 0;
  return [
    row('Identifier', memory?.identifier),
    row('Memory map', memory?.memoryMap),
    row('Technology', cableTechnology(page)),
    row('Length', page.number('cable_length'), { unit: 'm' }),
    row('Wavelength', copper ? undefined : page.number('wavelength'), { unit: 'nm' }),
    row('Vendor', page.text('vendor_name') ?? memory?.vendorName),
    row('Part number', page.text('vendor_pn') ?? memory?.partNumber),
    row('Revision', page.text('vendor_rev') ?? memory?.revision),
    row('Serial number', serial ?? memory?.serialNumber),
    row('Serial number in its memory', differs ? memory?.serialNumber : undefined, {
      severity: 'warning',
      advice: 'The module was changed behind the back of firmware, or its memory is damaged.',
    }),
    row('Date code', memory?.dateCode),
    row('Firmware', memory?.firmware),
    row('Module state', words(page, 'module_st')),
  ];
}

function monitorRows(
  page: FoundFields,
  memory: ModuleFacts | undefined,
  lanes: number,
): readonly (readonly ReportRow[])[] {
  const temperature = signed(page.number('temperature'), 256) ?? memory?.temperature;
  const hot = signed(page.number('temperature_high_th'), 256);
  const cold = signed(page.number('temperature_low_th'), 256);
  const voltage = scaled(page.number('voltage'), 10_000) ?? memory?.voltage;
  // A module without monitors says 0 throughout.
  if (voltage === undefined || voltage === 0) return [];
  const limits = hot === undefined ? '' : cold === undefined ? ` (up to ${hot})` : ` (${cold} to ${hot})`;
  const tooHot = hot !== undefined && temperature !== undefined && temperature > hot;
  const tooCold = cold !== undefined && temperature !== undefined && temperature < cold;
  return [
    row('Temperature', temperature === undefined ? undefined : `${rounded(temperature)}${limits}`, {
      unit: '°C',
      severity: tooHot || tooCold ? 'error' : undefined,
      advice: tooHot ? 'Hotter than the module stands: check the air flow.' : undefined,
    }),
    row('Voltage', rounded(voltage), { unit: 'V' }),
    row('Tx bias', biasOf(page, lanes) ?? memory?.txBias?.slice(0, lanes).map(rounded), { unit: 'mA' }),
    row('Tx power', powers(page, 'tx_power', memory?.txPower, lanes), { unit: 'dBm' }),
    row('Rx power', powers(page, 'rx_power', memory?.rxPower, lanes), { unit: 'dBm' }),
  ];
}

/** LinkDiagnostics asks PDDR for µW; the memory's mW are taken where firmware gives none. */
function powers(
  page: FoundFields,
  kind: 'tx_power' | 'rx_power',
  memory: readonly number[] | undefined,
  lanes: number,
): readonly number[] | undefined {
  const microwatts = byLane(lanes, (lane) => page.number(`${kind}_lane${lane}`));
  if (microwatts !== undefined) return microwatts.map((value) => decibels(value / 1000));
  return memory?.slice(0, lanes).map(decibels);
}

function biasOf(page: FoundFields, lanes: number): readonly number[] | undefined {
  const factor = 2 ** (page.number('tx_bias_scaling_factor') ?? 0);
  return byLane(lanes, (lane) => page.number(`tx_bias_lane${lane}`))?.map((value) => rounded((value * factor) / 500));
}

function byLane(lanes: number, value: (lane: number) => number | undefined): readonly number[] | undefined {
  const values = Array.from({ length: lanes }, (_, lane) => value(lane) ?? 0);
  return values.every((each) => each === 0) ? undefined : values;
}

function decibels(milliwatts: number): number {
  return milliwatts === 0 ? NO_LIGHT_DBM : rounded(10 * Math.log10(milliwatts));
}

function signed(value: number | undefined, fraction: number): number | undefined {
  return value === undefined || value === 0 ? undefined : ((value << 16) >> 16) / fraction;
}

function scaled(value: number | undefined, divisor: number): number | undefined {
  return value === undefined || value === 0 ? undefined : value / divisor;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
