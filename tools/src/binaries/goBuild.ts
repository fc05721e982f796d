import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ProgramName } from './binarySource.ts';
import { installProgram } from './cache.ts';
import { TOOLS_DIRECTORY, type Versions } from './versions.ts';

/** Packages, and the directory below tools/ whose go.mod pins them. helm and CoreDNS have a go.mod of their own: they ask
 * for other versions of the modules that the API server is built from. */
const PACKAGES: Readonly<Record<ProgramName, { readonly package: string; readonly module: string }>> = {
  etcd: { package: 'go.etcd.io/etcd/server/v3', module: '.' },
  'kube-apiserver': { package: 'k8s.io/kubernetes/cmd/kube-apiserver', module: '.' },
  'kube-controller-manager': { package: 'k8s.io/kubernetes/cmd/kube-controller-manager', module: '.' },
  kubectl: { package: 'k8s.io/kubernetes/cmd/kubectl', module: '.' },
  'kube-scheduler': { package: 'k8s.io/kubernetes/cmd/kube-scheduler', module: '.' },
  kubelet: { package: 'k8s.io/kubernetes/cmd/kubelet', module: '.' },
  'kube-proxy': { package: 'k8s.io/kubernetes/cmd/kube-proxy', module: '.' },
  pause: { package: 'nicdiag.dev/tools/pause', module: '.' },
  coredns: { package: 'nicdiag.dev/tools/coredns', module: 'coredns' },
  helm: { package: 'helm.sh/helm/v4/cmd/helm', module: 'helm' },
};

const PROGRESS_MS = 15_000;

export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code = 'Build';
}

export interface BuildOptions {
  readonly go: string;
  readonly versions: Versions;
  /** Where the finished programs go. */
  readonly directory: string;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Builds programs with Go from the modules pinned in tools/go.mod.
 * @throws BuildError with the end of the compiler's output */
export async function buildPrograms(programs: readonly ProgramName[], options: BuildOptions): Promise<void> {
  for (const module of ['.', 'helm', 'coredns']) {
    const here = programs.filter((program) => PACKAGES[program].module === module);
    if (here.length > 0) await buildModule(here, module, options);
  }
}

async function buildModule(programs: readonly ProgramName[], module: string, options: BuildOptions): Promise<void> {
  const { go, versions, directory, say } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'nicdiag-build-'));
  try {
    // One command for all: they share most packages, and the linker of one runs while another compiles.
    const packages = programs.map((program) => PACKAGES[program].package);
    const args = ['build', '-v', '-trimpath', `-ldflags=${linkerFlags(versions)}`, '-o', `${scratch}/`, ...packages];
    await runGo(go, args, fileURLToPath(new URL(`${module}/`, TOOLS_DIRECTORY)), say, options.signal);
    const built = readdirSync(scratch);
    for (const program of programs) {
      // Go names a program after the last part of its import path that is no version: etcd's is `server`.
      const file = program === 'etcd' ? 'server' : program;
      if (!built.includes(file)) throw new BuildError(`go build made no ${file} (it made ${built.join(', ')})`);
      installProgram(directory, program, readFileSync(join(scratch, file)));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Without a version the API server calls itself `v0.0.0-master+$Format:%H$`, which neither kubectl nor charts parse. */
function linkerFlags({ kubernetes }: Versions): string {
  const [major, minor] = kubernetes.split('.');
  const values = { gitVersion: `v${kubernetes}`, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const flags = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) =>
    Object.entries(values).map(([name, value]) => `-X ${path}.${name}=${value}`),
  );
  return ['-s -w', ...flags].join(' ');
}

/** Runs Go, saying every quarter of a minute how many packages are compiled (`go build -v` names each). */
export async function runGo(
  go: string,
  args: readonly string[],
  cwd: string,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const environment = {
    ...process.env,
    CGO_ENABLED: '0',
    GOFLAGS: '-buildvcs=false -mod=readonly',
    GOTOOLCHAIN: 'local',
  };
  const child = spawn(go, args, { cwd, env: environment, stdio: ['ignore', 'ignore', 'pipe'], signal });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const began = Date.now();
  const last: string[] = [];
  const state = { compiled: 0, downloaded: 0 };
  const progress = setInterval(() => {
    say(
      `  ${Math.round((Date.now() - began) / 1000)} s: ${state.downloaded} modules fetched, ${state.compiled} packages compiled`,
    );
  }, PROGRESS_MS);
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('go: downloading ')) state.downloaded++;
    else state.compiled++;
    last.push(line);
    if (last.length > 30) last.shift();
  });
  try {
    const code = await Promise.race([new Promise<number | null>((resolve) => child.once('close', resolve)), failed]);
    if (code !== 0) throw new BuildError(`go ${args[0]} failed with ${code}:\n${last.join('\n')}`);
  } finally {
    clearInterval(progress);
  }
}
