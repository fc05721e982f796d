import type { Item } from '../../collect/item.ts';
import type { DecodedFields, DecodedItem, DecodedValue } from '../decodedItem.ts';
import { decodeItem } from '../decodeItem.ts';
import type { Report, Reporter, ReportRow, ReportSection } from './report.ts';
import { row } from './reportRows.ts';

/** Which capabilities are in force to another extent than firmware would grant: what somebody has switched off, or not on.
 * Neither is good or bad. */
export const capabilityDumpReporter: Reporter = {
  type: 'CapabilityDump',
  needs: ({ kind, name }) => kind === 'capability' && name !== 'QUERY_ADAPTER',
  report(items: readonly Item[]): Report {
    const pages = items.filter(({ outcome }) => outcome === 'ok');
    const maximum = new Map(pages.filter((item) => !isCurrent(item)).map((item) => [item.name, item]));
    const current = pages.filter(isCurrent);
    const both = current.flatMap((item) => {
      const most = maximum.get(item.name);
      return most === undefined ? [] : [{ name: item.name, rows: differences(decodeItem(item), decodeItem(most)) }];
    });
    const differing = both.filter(({ rows }) => rows.length > 0);
    return {
      type: 'CapabilityDump',
      sections: [
        {
          title: 'Pages',
          rows: [
            ...row('In force', current.length),
            ...row('Maximum', maximum.size),
            ...row(
              'Compared',
              both.length === 0 ? 'none: mode Both (nicdiag cap --diff) reads what that takes' : both.length,
            ),
            ...row(
              'Differ',
              differing.map(({ name }) => name),
            ),
          ],
        },
        ...differing.map(
          ({ name, rows }): ReportSection => ({ title: `${name}: in force, of what there could be`, rows }),
        ),
      ],
    };
  },
};

function isCurrent({ index }: Item): boolean {
  return index['current'] === 1;
}

type Leaves = ReadonlyMap<string, string>;

function differences(current: DecodedItem, maximum: DecodedItem): readonly ReportRow[] {
  const now = leavesOf(current);
  const most = leavesOf(maximum);
  return [...new Set([...now.keys(), ...most.keys()])].flatMap((path) => {
    const [value, limit] = [now.get(path) ?? '0', most.get(path) ?? '0'];
    return value === limit ? [] : row(path, `${value} of ${limit}`);
  });
}

/** Every value by its path, in words where it has some; bits that no field covers by their word. */
function leavesOf({ fields, texts, unknown }: DecodedItem): Leaves {
  const leaves = new Map<string, string>();
  const walk = (value: DecodedValue, path: string): void => {
    if (typeof value !== 'object') {
      const text = texts[path];
      leaves.set(path, text === undefined ? String(value) : `${value} (${text})`);
    } else if (isList(value)) for (const [at, each] of value.entries()) walk(each, `${path}[${at}]`);
    else for (const [name, each] of Object.entries(value)) walk(each, path === '' ? name : `${path}.${name}`);
  };
  walk(fields, '');
  for (const [byte, word] of Object.entries(unknown)) leaves.set(`unknown bits at ${byte}`, word);
  return leaves;
}

function isList(value: DecodedFields | readonly DecodedValue[]): value is readonly DecodedValue[] {
  return Array.isArray(value);
}
