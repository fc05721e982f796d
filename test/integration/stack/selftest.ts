import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const OPERATOR = fileURLToPath(new URL('../../../operator/src/main.ts', import.meta.url));

export interface SelftestResult {
  readonly code: number | null;
  /** `ok` or `NOT OK`, one a check */
  readonly verdicts: readonly string[];
  readonly output: string;
}

/** Runs `nicdiag-operator selftest`, as the Pods of helm test do. */
export async function selftest(args: readonly string[]): Promise<SelftestResult> {
  const child = spawn(process.execPath, [OPERATOR, 'selftest', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const output = Buffer.concat(chunks).toString();
  return { code, output, verdicts: [...output.matchAll(/^(ok|NOT OK) /gm)].map(([, verdict = '']) => verdict) };
}
