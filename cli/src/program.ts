import { Command, CommanderError } from 'commander';
import { addBundleCommands } from './addBundleCommands.ts';
import { addClusterCommands } from './addClusterCommands.ts';
import { addCompletionCommand } from './completion/addCompletionCommand.ts';
import { errorLines } from './errorLines.ts';
import { EXIT, UsageError } from './exitCodes.ts';
import { addNotes } from './help/addNotes.ts';
import type { Io } from './io.ts';
import { addLocalCommands } from './local/addLocalCommands.ts';
import { programName } from './programName.ts';
import { CLI_VERSION } from './version.ts';

/** Runs one command line.
 * @param args without the program's name
 * @returns the exit code */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    // What follows is a command line being typed: data, of which nothing is an option of ours.
    if (args[0] === '__complete') {
      const { runCompletion } = await import('./completion/runCompletion.ts');
      await runCompletion(program, args.slice(1), io);
      return EXIT.done;
    }
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (io.signal.aborted) return EXIT.interrupted;
    for (const line of errorLines(error)) io.err(`${line}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

/** Makes a command of the program. */
export type AddCommand = (name: string, description: string) => Command;

/** Commands are loaded when they run: those without a cluster do not pay for the Kubernetes client, nor the others for
 * the layouts.
 * @param exitWith takes the exit code of the command that ran
 * @param name for help, as the program is called */
export function buildProgram(io: Io, exitWith: (code: number) => void, name = programName()): Command {
  const program = new Command(name)
    .description(
      'Firmware diagnostics of ConnectX NICs: captures in a cluster, their bundles, the devices of this host',
    )
    .usage('COMMAND [options]')
    .version(`nicdiag ${CLI_VERSION}`)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError(`(${name} COMMAND --help says what there is; options come after the command)`)
    .exitOverride();
  const add: AddCommand = (command, description) => program.command(command).description(description).exitOverride();
  addClusterCommands(add, io, exitWith);
  addBundleCommands(add, io, exitWith);
  addLocalCommands(add, io, exitWith);
  addCompletionCommand(add, io);
  addNotes(program);
  return program;
}
