import { decodeStruct, getField, type NvField, type NvPlace, nvSettingOf, readBits } from '../prm/index.ts';
import type { DecodedFields } from './decodedItem.ts';
import { type Presentation, present } from './present.ts';

/** MNVDA's data begins here, behind three words of header. */
const DATA = 0xc;
const TYPE_BIT = 32;
const LENGTH = 'configuration_item_header.length';

/** Names a setting and whose it is, e.g. `KEEP_LINK_UP of port 1`; undefined for a type without a name. */
export function nvTypeText(type: number): string | undefined {
  const known = nvSettingOf(type);
  return known && `${known.setting.name} of ${placeText(known.place)}`;
}

export function placeText({ port, function: index }: NvPlace): string {
  if (port !== undefined) return `port ${port}`;
  return index === undefined ? 'the card' : `function ${index}`;
}

/** An answer of MNVQC with the name of the setting. */
export function decodeNvQuery(answer: Uint8Array): Presentation {
  const { fields, texts, unknown } = present(decodeStruct('mnvqc_reg_ext', answer));
  const text = nvTypeText(Number(fields['type'] ?? 0));
  return { fields, texts: text === undefined ? texts : { ...texts, type: text }, unknown };
}

/** An answer of MNVDA: the header, the setting's parameters by name where it is known, its words, and whatever stands
 * where no parameter is known or behind the length that firmware gave. */
export function decodeNvItem(answer: Uint8Array): Presentation {
  const { fields, texts, unknown } = present(decodeStruct('mnvda_reg_ext', answer));
  if (answer.length < DATA) return { fields, texts, unknown };
  const type = readBits(answer, TYPE_BIT, 32);
  const typeText = nvTypeText(type);
  const data = answer.subarray(DATA);
  const length = Math.min(Number(getField(answer, 'mnvda_reg_ext', LENGTH)), data.length);
  const parameters = (nvSettingOf(type)?.setting.fields ?? []).filter(({ bit, width }) => bit + width <= length * 8);
  const header = headerFields(fields['configuration_item_header'], type);
  return {
    fields: {
      configuration_item_header: header,
      ...(parameters.length === 0 ? {} : { setting: parametersOf(data, parameters) }),
      configuration_item_data: wordsOf(data).slice(0, Math.ceil(length / 4)),
    },
    texts: {
      ...Object.fromEntries(Object.entries(texts).filter(([path]) => !path.includes('.type.'))),
      ...(typeText === undefined ? {} : { 'configuration_item_header.type': typeText }),
      ...Object.fromEntries(parameterTexts(data, parameters).map(([name, text]) => [`setting.${name}`, text])),
    },
    unknown: { ...unknown, ...unnamed(data, length, parameters) },
  };
}

/** The type as one number: which of its forms is meant follows from its class, which the database does not say. */
function headerFields(header: unknown, type: number): DecodedFields {
  return typeof header === 'object' && header !== null ? { ...header, type } : { type };
}

function parametersOf(data: Uint8Array, parameters: readonly NvField[]): DecodedFields {
  return Object.fromEntries(parameters.map(({ name, bit, width }) => [name, readBits(data, bit, width)]));
}

function parameterTexts(data: Uint8Array, parameters: readonly NvField[]): readonly (readonly [string, string])[] {
  return parameters.flatMap((parameter) => {
    const text = nvValueText(parameter, readBits(data, parameter.bit, parameter.width));
    return text === undefined ? [] : [[parameter.name, text] as const];
  });
}

/** Words for a value, as mstconfig has them; undefined for a plain number. */
export function nvValueText({ width, values }: NvField, value: number): string | undefined {
  if (values !== undefined) return values[value];
  return width === 1 ? (value === 1 ? 'True' : 'False') : undefined;
}

function wordsOf(data: Uint8Array): readonly number[] {
  return Array.from({ length: data.length >>> 2 }, (_, at) => readBits(data, at * 32, 32));
}

/** Set bits that no parameter covers: all of them only where some parameter is known, else the words say it. */
function unnamed(data: Uint8Array, length: number, parameters: readonly NvField[]): Record<string, string> {
  const rest: Record<string, string> = {};
  for (const [at, word] of wordsOf(data).entries()) {
    const within = at * 4 < length;
    if (within && parameters.length === 0) continue;
    let left = word;
    for (const { bit, width } of within ? parameters : []) {
      if (bit >>> 5 === at) left &= ~(((2 ** width - 1) << (32 - (bit & 31) - width)) >>> 0);
    }
    if (left >>> 0 !== 0) rest[`0x${(DATA + at * 4).toString(16)}`] = `0x${(left >>> 0).toString(16).padStart(8, '0')}`;
  }
  return rest;
}
