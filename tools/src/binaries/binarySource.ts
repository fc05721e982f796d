/** Programs that a control plane and its user need. */
export const CONTROL_PLANE_PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl', 'helm'] as const;

/** What a cluster needs on top when its nodes run containers. */
export const NODE_PROGRAMS = ['kube-scheduler', 'kubelet', 'kube-proxy', 'coredns', 'pause'] as const;

export const PROGRAMS = [...CONTROL_PLANE_PROGRAMS, ...NODE_PROGRAMS] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** Where a program comes from, best first:
 * `given` (KUBEBUILDER_ASSETS), `cache`, `package` (a registry package that carries it), `download` (the official
 * release), `build` (Go). */
export type BinarySource = 'given' | 'cache' | 'package' | 'download' | 'build';

export interface BinaryFacts {
  /** Programs in KUBEBUILDER_ASSETS. */
  readonly given: ReadonlySet<ProgramName>;
  readonly cached: ReadonlySet<ProgramName>;
  /** Programs that the registry package has for this machine. */
  readonly packaged: ReadonlySet<ProgramName>;
  /** Programs whose official release site answered. */
  readonly downloadable: ReadonlySet<ProgramName>;
}

/** Decides where a program is taken from. */
export function chooseSource(program: ProgramName, facts: BinaryFacts): BinarySource {
  if (facts.given.has(program)) return 'given';
  if (facts.cached.has(program)) return 'cache';
  if (facts.packaged.has(program)) return 'package';
  return facts.downloadable.has(program) ? 'download' : 'build';
}

/** Whether release sites must be asked at all: not when everything is to be had without. */
export function needsDownloadOrBuild(
  programs: readonly ProgramName[],
  facts: Omit<BinaryFacts, 'downloadable'>,
): boolean {
  return programs.some((program) => chooseSource(program, { ...facts, downloadable: new Set() }) === 'build');
}
