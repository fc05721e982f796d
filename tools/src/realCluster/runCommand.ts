import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'Command';
}

/** Runs one of the machine's programs.
 * @returns stdout
 * @throws CommandError with what it said */
export async function runCommand(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args)).stdout;
  } catch (cause) {
    throw commandError(program, args, cause);
  }
}

/** The same for steps of which each must be done before anything else happens. */
export function runCommandSync(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: 'pipe' });
  } catch (cause) {
    throw commandError(program, args, cause);
  }
}

function commandError(program: string, args: readonly string[], cause: unknown): CommandError {
  const said = typeof cause === 'object' && cause !== null && 'stderr' in cause ? String(cause.stderr).trim() : '';
  return new CommandError(`${[program, ...args].join(' ')}: ${said || String(cause)}`, { cause });
}
