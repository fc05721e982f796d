import { ACTIVE_OBJECTS, ALL_OBJECTS, type DumpArguments, didYouMean, MOST_OBJECTS } from '../../prm/index.ts';
import { countOf, type IdList, parseIdList, textOf } from '../idList.ts';
import type { SegmentRequest } from '../spec.ts';
import type { MenuIndex, MenuRecord } from './menu.ts';

/** Why a request is not put to the device.
 * - `InvalidSpec`: it asks for something that makes no sense on any device, or leaves out what this one needs
 * - `Unsupported`: this device does not offer it
 * - `LimitExceeded`: it asks for more than is allowed at once */
export interface Objection {
  readonly reason: 'InvalidSpec' | 'Unsupported' | 'LimitExceeded';
  readonly message: string;
}

export interface PlannedDump {
  readonly name: string;
  /** One of a range of which nobody knows whether all are there: a missing object is an answer. */
  readonly probe: boolean;
  readonly arguments: DumpArguments;
}

/** Dumps that one requested segment may become. */
export const MOST_DUMPS = 65_536;

/** Finds a requested segment in the device's menu. */
export function findSegment(
  menu: readonly MenuRecord[],
  { name, id }: Pick<SegmentRequest, 'name' | 'id'>,
): MenuRecord | Objection {
  const wanted = name?.toUpperCase();
  const found = menu.find((record) =>
    wanted !== undefined ? record.name.toUpperCase() === wanted : record.type === Number(id),
  );
  if (found !== undefined) return found;
  const known = menu.map((record) => record.name);
  const hint = didYouMean(name ?? '', known) ?? `it has ${known.join(', ') || 'none'}`;
  return { reason: 'Unsupported', message: `this device's menu has no segment ${name ?? id}; ${hint}` };
}

/** Turns a request into the dumps to ask for, as far as the menu's flags allow them. Pure. */
export function planDumps(record: MenuRecord, request: SegmentRequest): readonly PlannedDump[] | Objection {
  const first = choices(record, record.index1, { text: textOf(request.index), option: 'index', field: 'num_of_obj1' });
  if ('reason' in first) return first;
  const second = choices(record, record.index2, {
    text: textOf(request.index2),
    option: 'index2',
    field: 'num_of_obj2',
  });
  if ('reason' in second) return second;
  if (first.length * second.length > MOST_DUMPS) {
    return {
      reason: 'LimitExceeded',
      message: `${record.name}: ${first.length * second.length} dumps are asked for, at most ${MOST_DUMPS} are allowed`,
    };
  }
  return first.flatMap((one) =>
    second.map((two) => ({
      name: record.name,
      probe: one.probe || two.probe,
      arguments: {
        segment_type: record.type,
        index1: one.index,
        index2: two.index,
        num_of_obj1: one.count,
        num_of_obj2: two.count,
      },
    })),
  );
}

/** Whether a dump that firmware itself suggests may be asked for. */
export function planReference(menu: readonly MenuRecord[], given: DumpArguments): PlannedDump | undefined {
  const record = menu.find(({ type }) => type === given.segment_type);
  if (record === undefined) return undefined;
  const fits = (index: MenuIndex, value: number, count: number): boolean =>
    (index.supported || value === 0) && (index.count.supported || count <= 1);
  const allowed =
    fits(record.index1, given.index1, given.num_of_obj1) && fits(record.index2, given.index2, given.num_of_obj2);
  return allowed ? { name: record.name, probe: true, arguments: given } : undefined;
}

interface Choice {
  readonly index: number;
  readonly count: number;
  readonly probe: boolean;
}
interface Asked {
  readonly text: string | undefined;
  readonly option: 'index' | 'index2';
  readonly field: 'num_of_obj1' | 'num_of_obj2';
}

function choices(record: MenuRecord, index: MenuIndex, asked: Asked): readonly Choice[] | Objection {
  const { text, option, field } = asked;
  const what = `${record.name}: ${option} (${index.name === '' ? 'unnamed' : index.name})`;
  if (text === undefined) {
    if (index.required || index.count.required) {
      const missing = index.required ? `must_have_${option === 'index' ? 'index1' : 'index2'}` : `must_have_${field}`;
      return { reason: 'InvalidSpec', message: `${what} is missing: the menu says ${missing}. ${offer(index, field)}` };
    }
    return [{ index: 0, count: 0, probe: false }];
  }
  const list = parseIdList(text);
  if (list === undefined) {
    return { reason: 'InvalidSpec', message: `${what}: "${text}" is no number, range or list of them, all or active` };
  }
  if (typeof list === 'string') return wholeRange(list, what, index, field);
  if (!index.supported) {
    return { reason: 'Unsupported', message: `${what} is given, but the segment takes none. ${offer(index, field)}` };
  }
  return rangeChoices(list, index, what);
}

function wholeRange(
  list: 'all' | 'active',
  what: string,
  index: MenuIndex,
  field: Asked['field'],
): readonly Choice[] | Objection {
  if (index.count.supported && index.count[list]) {
    return [{ index: 0, count: list === 'all' ? ALL_OBJECTS : ACTIVE_OBJECTS, probe: true }];
  }
  const lacking = index.count.supported ? `${field}_supports_${list}` : `support_${field}`;
  return {
    reason: 'Unsupported',
    message: `${what} is ${list}, but the menu does not have ${lacking}. ${offer(index, field)}`,
  };
}

function rangeChoices(ranges: Exclude<IdList, string>, index: MenuIndex, what: string): readonly Choice[] | Objection {
  const step = index.count.supported ? MOST_OBJECTS : 1;
  const dumps = ranges.reduce((sum, range) => sum + Math.ceil(countOf([range]) / step), 0);
  if (dumps > MOST_DUMPS) {
    return {
      reason: 'LimitExceeded',
      message: `${what}: ${dumps} dumps are asked for, at most ${MOST_DUMPS} are allowed`,
    };
  }
  return ranges.flatMap(({ first, last }) => {
    const starts = Array.from({ length: Math.ceil((last - first + 1) / step) }, (_, at) => first + at * step);
    return starts.map((start) => ({
      index: start,
      count: index.count.supported ? Math.min(step, last - start + 1) : 0,
      probe: last > first,
    }));
  });
}

/** What may be written instead. */
function offer(index: MenuIndex, field: Asked['field']): string {
  const ways = [
    ...(index.supported ? ['numbers'] : []),
    ...(index.count.supported && index.count.all ? ['all'] : []),
    ...(index.count.supported && index.count.active ? ['active'] : []),
  ];
  const each = index.supported && !index.count.supported ? `, each a dump of its own (no ${field})` : '';
  return ways.length === 0 ? 'Leave it out' : `It may be ${ways.join(', ')}${each}`;
}
