/** Programs that a control plane and its user need. */
export const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl', 'helm'] as const;
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

/** Decides for each program where it is taken from. */
export function chooseSources(facts: BinaryFacts): Readonly<Record<ProgramName, BinarySource>> {
  const choose = (program: ProgramName): BinarySource => {
    if (facts.given.has(program)) return 'given';
    if (facts.cached.has(program)) return 'cache';
    if (facts.packaged.has(program)) return 'package';
    return facts.downloadable.has(program) ? 'download' : 'build';
  };
  return {
    etcd: choose('etcd'),
    'kube-apiserver': choose('kube-apiserver'),
    'kube-controller-manager': choose('kube-controller-manager'),
    kubectl: choose('kubectl'),
    helm: choose('helm'),
  };
}

/** Whether release sites must be asked at all: not when everything is to be had without. */
export function needsDownloadOrBuild(facts: Omit<BinaryFacts, 'downloadable'>): boolean {
  return Object.values(chooseSources({ ...facts, downloadable: new Set() })).includes('build');
}
