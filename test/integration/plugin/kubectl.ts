import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Goes before PATH. */
  readonly path?: string;
  readonly kubeconfig?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs a program, never failing for its exit code. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { path, kubeconfig, cwd, env: extra } = options;
  const env = {
    ...process.env,
    ...(path !== undefined && { PATH: [path, process.env['PATH']].join(delimiter) }),
    ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig, KUBECACHEDIR: `${kubeconfig}.cache` }),
    ...extra,
  };
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, cwd, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
