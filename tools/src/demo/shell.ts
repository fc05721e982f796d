import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { createInterface } from 'node:readline';
import type { ReadyMessage } from '../kept/messages.ts';
import type { Narrator } from './narrator.ts';

/** Runs commands as a user of the demo's cluster would, with kubectl and its plugin on the PATH. */
export interface Shell {
  /** Shows the command and, indented, what it prints, or the first lines of it.
   * @returns stdout
   * @throws Error when it fails */
  show(command: string, args: readonly string[], options?: { readonly lines?: number }): Promise<string>;
  /** Runs it quietly.
   * @returns stdout */
  read(command: string, args: readonly string[]): Promise<string>;
}

export function createShell(
  { kubeconfig, bin }: Pick<ReadyMessage, 'kubeconfig' | 'bin'>,
  narrator: Narrator,
  cwd: string,
  { signal }: { readonly signal: AbortSignal },
): Shell {
  const env = {
    ...process.env,
    KUBECONFIG: kubeconfig,
    // kubectl would keep what it discovers of this cluster below the home directory.
    KUBECACHEDIR: `${kubeconfig}.cache`,
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
  };

  type OnLine = (line: string) => void;

  async function run(command: string, args: readonly string[], onOutput: OnLine, onNote: OnLine): Promise<void> {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], signal });
    const notes: string[] = [];
    createInterface({ input: child.stdout }).on('line', onOutput);
    createInterface({ input: child.stderr }).on('line', (line) => {
      notes.push(line);
      onNote(line);
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0)
      throw new Error(`${[command, ...args].join(' ')} ended with ${code}: ${notes.slice(-5).join('; ')}`);
  }

  return {
    async show(command, args, { lines: limit = Number.POSITIVE_INFINITY } = {}) {
      narrator.command([command, ...args].map((word) => (/[\s|]/.test(word) ? `'${word}'` : word)).join(' '));
      const lines: string[] = [];
      let shown = 0;
      const tell = (line: string): void => {
        if (shown++ < limit) narrator.line(line);
      };
      const keep = (line: string): void => {
        lines.push(line);
        tell(line);
      };
      await run(command, args, keep, tell);
      if (shown > limit) narrator.line(`… ${shown - limit} lines more`);
      return lines.join('\n');
    },
    async read(command, args) {
      const lines: string[] = [];
      await run(
        command,
        args,
        (line) => lines.push(line),
        () => {},
      );
      return lines.join('\n');
    },
  };
}
