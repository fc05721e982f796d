import { UsageError } from '../exitCodes.ts';

/** How items are printed. JSON is one object a line, YAML one document an item: both can be streamed. */
const FORMATS = ['text', 'json', 'yaml', 'hex', 'raw'] as const;

export type ItemFormat = (typeof FORMATS)[number];

export const ITEM_FORMATS = FORMATS.join(', ');

/** @throws UsageError */
export function parseItemFormat(value = 'text'): ItemFormat {
  const format = FORMATS.find((known) => known === value);
  if (format === undefined) throw new UsageError(`-o must be one of ${ITEM_FORMATS}, not ${value}`);
  return format;
}
