import type { Collector } from '@nicdiag/api';
import { UsageError } from '../exitCodes.ts';

/** A collector as `--collector TYPE` or `--collector TYPE=WHAT,…` names it; everything else takes a file. */
interface CollectorFlag {
  readonly type: Collector['type'];
  /** What may come behind the `=`, for help. */
  readonly takes?: string;
  /** The collector's options of these words.
   * @throws UsageError */
  readonly options: (words: readonly string[]) => Readonly<Record<string, unknown>>;
}

/** In the order of the API. */
export const COLLECTOR_FLAGS: readonly CollectorFlag[] = [
  {
    type: 'RegisterDump',
    takes: 'Standard, All, or registers: PAOS,PDDR',
    options: (words) => ({ registerDump: registerDump(words) }),
  },
  {
    type: 'CapabilityDump',
    takes: 'Current, Maximum or Both',
    options: ([mode = 'Current']) => ({ capabilityDump: { mode } }),
  },
  {
    type: 'LinkDiagnostics',
    takes: 'eye, to measure it (DebugWrite)',
    options: (words) => flagOf('linkDiagnostics', 'eye', words),
  },
  { type: 'FirmwareInfo', options: none },
  {
    type: 'NvConfig',
    takes: 'some of Current,NextBoot,Default',
    options: (words) => (words.length === 0 ? {} : { nvConfig: { values: words } }),
  },
  {
    type: 'ObjectDump',
    takes: 'types of objects: QP,CQ',
    options(words) {
      if (words.length === 0)
        throw new UsageError('--collector ObjectDump needs types of objects, e.g. ObjectDump=QP,CQ');
      return { objectDump: { objects: words.map((type) => ({ type: type.toUpperCase() })) } };
    },
  },
  {
    type: 'ResourceDump',
    takes: 'segments: FULL_QPC,SX_SLICE',
    options: (words) => ({
      resourceDump: words.length === 0 ? {} : { segments: words.map((name) => ({ name: name.toUpperCase() })) },
    }),
  },
  {
    type: 'CoreDump',
    takes: 'Memory, General or QueuePair',
    options: ([type]) => (type === undefined ? {} : { coreDump: { type } }),
  },
  { type: 'HostState', options: none },
  {
    type: 'Health',
    takes: 'dump, to have reporters dump (DebugWrite)',
    options: (words) => flagOf('health', 'dump', words),
  },
];

/** Reads the values of `--collector`. Each collector is called like its type, a second one of it with a number behind.
 * @throws UsageError */
export function collectorsOf(values: readonly string[]): Collector[] {
  const counts = new Map<string, number>();
  return values.map((value) => {
    const [given = '', what = ''] = value.split(/=(.*)/s, 2);
    const flag = COLLECTOR_FLAGS.find(({ type }) => type.toLowerCase() === given.toLowerCase());
    if (flag === undefined) {
      throw new UsageError(
        `--collector ${given}: there is no such type; there are ${COLLECTOR_FLAGS.map(({ type }) => type).join(', ')}`,
      );
    }
    if (what !== '' && flag.takes === undefined)
      throw new UsageError(`--collector ${flag.type} takes nothing behind it`);
    const count = (counts.get(flag.type) ?? 0) + 1;
    counts.set(flag.type, count);
    const name = kebab(flag.type) + (count === 1 ? '' : `-${count}`);
    // The schema judges the values, here for a dry run and in the API server.
    return { name, type: flag.type, ...flag.options(what === '' ? [] : what.split(',')) } as Collector;
  });
}

function none(): Readonly<Record<string, unknown>> {
  return {};
}

function registerDump(words: readonly string[]): Readonly<Record<string, unknown>> {
  const [first = 'Standard'] = words;
  if (first === 'Standard' || first === 'All') return { set: first };
  return { registers: words.map((name) => ({ name: name.toUpperCase() })) };
}

function flagOf(key: string, flag: string, words: readonly string[]): Readonly<Record<string, unknown>> {
  if (words.some((word) => word !== flag))
    throw new UsageError(`only =${flag} may come behind it, not ${words.join(',')}`);
  return words.length === 0 ? {} : { [key]: { [flag]: true } };
}

/** `LinkDiagnostics` → `link-diagnostics` */
function kebab(type: string): string {
  return type.replaceAll(/(?<=.)[A-Z]/g, '-$&').toLowerCase();
}
