import { UsageError } from '../exitCodes.ts';
import type { Io } from '../io.ts';
import type { AddCommand } from '../program.ts';
import { SHELL_SCRIPTS } from './shellScripts.ts';

/** The command that tells a shell how to complete. What the shell then asks is answered by {@link runCompletion}. */
export function addCompletionCommand(add: AddCommand, io: Io): void {
  const shells = Object.keys(SHELL_SCRIPTS).join(', ');
  add('completion', 'print the script that makes a shell complete the commands of nicdiag')
    .argument('<shell>', shells)
    .action((shell: string) => {
      const script = Object.entries(SHELL_SCRIPTS).find(([name]) => name === shell)?.[1];
      if (script === undefined) throw new UsageError(`there is no script for ${shell}; there is one for ${shells}`);
      io.out(script);
    });
}
