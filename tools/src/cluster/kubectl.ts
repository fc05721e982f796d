import { spawn } from 'node:child_process';

export interface KubectlOptions {
  readonly stdin?: string;
  /** @default the administrator's */
  readonly kubeconfig?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  /** -1 when it was killed. */
  readonly code: number;
}

export class KubectlError extends Error {
  override readonly name = 'KubectlError';
  readonly code = 'Kubectl';
  readonly result: KubectlResult;
  constructor(args: readonly string[], result: KubectlResult) {
    super(`kubectl ${args.join(' ')} ended with ${result.code}: ${result.stderr.trim()}`);
    this.result = result;
  }
}

/** Runs a program with a kubeconfig, never failing for its exit code. */
export async function runKubectl(
  program: string,
  args: readonly string[],
  kubeconfig: string,
  options: KubectlOptions = {},
): Promise<KubectlResult> {
  const environment = {
    ...process.env,
    KUBECONFIG: options.kubeconfig ?? kubeconfig,
    KUBECACHEDIR: `${kubeconfig}.cache`,
  };
  const child = spawn(program, args, { env: environment, stdio: 'pipe', signal: options.signal });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // kubectl may refuse before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? -1));
  });
  return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code };
}
