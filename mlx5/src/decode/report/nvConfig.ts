import type { Item } from '../../collect/item.ts';
import { NV_ACCESS_MODE, type NvField, nvSettingOf } from '../../prm/index.ts';
import { nvTypeText, nvValueText, placeText } from '../decodeNvItem.ts';
import { type FoundFields, foundItems } from './foundItems.ts';
import type { Report, Reporter, ReportRow } from './report.ts';
import { row, sections } from './reportRows.ts';

const TYPE = 'configuration_item_header.type';
const MODE = 'configuration_item_header.access_mode';

/** One parameter in its three values; absent what was not read. */
interface Parameter {
  readonly name: string;
  readonly where: string;
  readonly current?: string;
  readonly next?: string;
  readonly factory?: string;
}

/** What mstconfig shows: each parameter with its value in force, and apart those that wait for a reset and those that
 * somebody has changed. */
export const nvConfigReporter: Reporter = {
  type: 'NvConfig',
  needs: ({ name }) => name === 'MNVDA',
  report(items: readonly Item[]): Report {
    const groups = settingsOf(items);
    const parameters = groups.flatMap((group) => group.parameters);
    return {
      type: 'NvConfig',
      sections: sections(
        { title: 'Waiting for a reset', rows: parameters.filter(isPending).map(pendingRow) },
        { title: 'Changed since delivery', rows: parameters.filter(isChanged).map(changedRow) },
        ...groups.map(({ title, parameters: own }) => ({ title, rows: own.map(valueRow) })),
      ),
    };
  },
};

function settingsOf(items: readonly Item[]): readonly { title: string; parameters: readonly Parameter[] }[] {
  const found = foundItems(items).all('MNVDA');
  const types = [...new Set(found.map(({ item }) => item.index[TYPE] ?? 0))];
  return types.map((type) => {
    const valuesIn = (mode: number): FoundFields | undefined =>
      found.find(({ item }) => item.index[TYPE] === type && item.index[MODE] === mode)?.fields;
    const modes = {
      current: valuesIn(NV_ACCESS_MODE.CURRENT),
      next: valuesIn(NV_ACCESS_MODE.NEXT),
      factory: valuesIn(NV_ACCESS_MODE.FACTORY),
    };
    const known = nvSettingOf(type);
    const fields: readonly (NvField | undefined)[] = known?.setting.fields.length ? known.setting.fields : [undefined];
    const where = known === undefined ? '' : placeText(known.place);
    return {
      title: nvTypeText(type) ?? `Type 0x${type.toString(16).padStart(8, '0')}`,
      parameters: fields.map((field) => parameterOf(field, where, modes)),
    };
  });
}

type Modes = Readonly<Record<'current' | 'next' | 'factory', FoundFields | undefined>>;

/** @param field undefined for a setting whose parameters are not known: its words */
function parameterOf(field: NvField | undefined, where: string, modes: Modes): Parameter {
  const values = Object.entries(modes).flatMap(([mode, fields]) => {
    const text = fields && (field === undefined ? hexWords(fields) : valueText(field, fields));
    return text === undefined ? [] : [[mode, text]];
  });
  return { name: field?.name ?? 'Words', where, ...Object.fromEntries(values) };
}

function valueText(field: NvField, fields: FoundFields): string | undefined {
  const value = fields.number(`setting.${field.name}`);
  if (value === undefined) return undefined;
  const text = nvValueText(field, value);
  return text === undefined ? String(value) : `${text}(${value})`;
}

function hexWords(fields: FoundFields): string | undefined {
  const words: string[] = [];
  for (let at = 0; ; at += 1) {
    const word = fields.number(`configuration_item_data[${at}]`);
    if (word === undefined) return words.length === 0 ? undefined : words.join(' ');
    words.push(word.toString(16).padStart(8, '0'));
  }
}

/** A value that was not read is taken to be the one beside it. */
function isPending({ current, next }: Parameter): boolean {
  return current !== undefined && next !== undefined && current !== next;
}

function isChanged({ current, next, factory }: Parameter): boolean {
  return factory !== undefined && (current ?? next ?? factory) !== factory;
}

function pendingRow({ name, where, current, next }: Parameter): readonly ReportRow[] {
  return row(`${name} (${where})`, `${current}, from the next reset on ${next}`, {
    severity: 'warning',
    advice: 'Reset the firmware or restart the host to let it take effect.',
  });
}

function changedRow({ name, where, current, next, factory }: Parameter): readonly ReportRow[] {
  return row(`${name} (${where})`, `${current ?? next}, delivered as ${factory}`);
}

function valueRow({ name, current, next, factory }: Parameter): readonly ReportRow[] {
  return row(name, current ?? next ?? factory);
}
