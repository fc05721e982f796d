import { COLLECTOR_FLAGS } from '../capture/collectorFlags.ts';
import type { Io } from '../io.ts';
import { type Candidate, DIRECTIVE, type Found } from './candidate.ts';
import { SHELL_SCRIPTS } from './shellScripts.ts';

/** Where the words for one place come from. */
export type Source = (asked: Asked) => Found | Promise<Found>;

export interface Asked {
  readonly given: Readonly<Record<string, string>>;
  readonly typed: string;
  readonly io: Io;
}

const files: Source = () => ({ candidates: [], directive: DIRECTIVE.files });
const directories: Source = () => ({ candidates: [], directive: DIRECTIVE.directories });

function oneOf(...values: readonly string[]): Source {
  return () => found(values.map((value) => ({ value })));
}

function found(candidates: readonly Candidate[]): Found {
  return { candidates, directive: DIRECTIVE.noFiles };
}

/** Loaded when it is asked for: most completions need neither a cluster nor the layouts. */
type ClusterSources = typeof import('./clusterSources.ts');
const cluster =
  (of: (sources: ClusterSources) => (asked: Asked) => Promise<readonly Candidate[]>): Source =>
  async (asked) =>
    found(await of(await import('./clusterSources.ts'))(asked));
type DeviceSources = typeof import('./deviceSources.ts');
const device =
  (of: (sources: DeviceSources) => (asked: Asked) => readonly Candidate[]): Source =>
  async (asked) =>
    found(of(await import('./deviceSources.ts'))(asked));

const captures = cluster((sources) => sources.captureNames);
const registers = device((sources) => sources.registerNames);
const objects = oneOf('wide', 'json', 'yaml', 'name');
const items = oneOf('text', 'json', 'yaml', 'hex', 'raw');

const collectors: Source = () => ({
  candidates: COLLECTOR_FLAGS.map(({ type, takes }) => ({
    value: type,
    description: takes === undefined ? '' : `=${takes}`,
  })),
  directive: DIRECTIVE.noFiles,
});

/** Values of options, by the option or by command and option. */
export const OPTION_VALUES: Readonly<Record<string, Source | undefined>> = {
  '--namespace': cluster((sources) => sources.namespaces),
  '--system-namespace': cluster((sources) => sources.namespaces),
  '--kubeconfig': files,
  '--certificate-authority': files,
  '--client-certificate': files,
  '--client-key': files,
  '--context': cluster((sources) => sources.contexts),
  '--cluster': cluster((sources) => sources.clusters),
  '--user': cluster((sources) => sources.users),
  '--node': cluster((sources) => sources.nodes),
  '--filename': files,
  '--in': files,
  '--download': directories,
  '--output-dir': directories,
  '--host-root': directories,
  '--devlink-socket': files,
  'run --output': directories,
  'run --output-format': oneOf('json'),
  'capture --device': cluster((sources) => sources.clusterDevices),
  '--device': device((sources) => sources.hostDevices),
  '--collector': collectors,
  '--register': registers,
  '--impact': oneOf('ReadOnly', 'DebugWrite', 'Intrusive'),
  '--dry-run': oneOf('client', 'server', 'none'),
  '--mode': oneOf('Auto', 'Inline', 'Memory'),
  'coredump --type': oneOf('Memory', 'General', 'QueuePair'),
  '--set': oneOf('Standard', 'All'),
  '--values': oneOf('Current', 'NextBoot', 'Default'),
  '--type': oneOf(...COLLECTOR_FLAGS.map(({ type }) => type)),
  '--deadline': oneOf('5m', '10m', '30m', '1h'),
  '--output': items,
  'capture --output': objects,
  'list --output': objects,
  'devices --output': objects,
  'device --output': oneOf('wide', 'json', 'yaml'),
  'info --output': oneOf('json', 'yaml'),
  'rpc --output': oneOf('hex', 'raw', 'json'),
  'decode --output': oneOf('json'),
  'diff --output': oneOf('json'),
  'verify --output': oneOf('json'),
  'describe-bundle --output': oneOf('json'),
};

/** Values of arguments, by command and argument. */
export const ARGUMENT_VALUES: Readonly<Record<string, Source | undefined>> = {
  'list capture': captures,
  'describe capture': captures,
  'download capture': captures,
  'describe-bundle path': files,
  'verify bundle': files,
  'decode path': files,
  'diff a': files,
  'diff b': files,
  'device list': oneOf('list'),
  'reg register': registers,
  'cap type': device((sources) => sources.capabilityNames),
  'obj type': device((sources) => sources.objectTypes),
  'rscdump segment': device((sources) => sources.segmentNames),
  'completion shell': oneOf(...Object.keys(SHELL_SCRIPTS)),
};
