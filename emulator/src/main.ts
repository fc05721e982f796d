import { Command, InvalidArgumentError, Option } from 'commander';
import { type ExecOptions, exec, execInside } from './cli/exec.ts';
import { listProfiles } from './cli/profiles.ts';
import { type ServeOptions, serve } from './cli/serve.ts';
import { FRONT_ENDS } from './program/messages.ts';

const program = new Command('nicdiag-emulator').description(
  'A ConnectX firmware in software, answering ioctl(2) through FUSE or CUSE',
);

withHostOptions(program.command('serve'))
  .description('make <root>/dev and <root>/sys of an emulated host; prints "ready" when they answer, ends on SIGTERM')
  .requiredOption('--root <directory>', 'where to mount')
  .option('--control <socket>', 'unix socket for faults and queries (default: <root>.control)')
  .option('--devlink-socket <socket>', "unix socket that speaks devlink's netlink messages (default: none)")
  .action((options: ServeOptions) => serve(options));

withHostOptions(program.command('exec'))
  .description('run a program to which the emulated host is the machine: its /dev and /sys; passes the exit code on')
  .argument('<command...>', 'program and arguments, after --')
  .option('--control <socket>', 'unix socket for faults and queries')
  .action(async () => {
    process.exitCode = await exec(process.argv.slice(2));
  });

withHostOptions(program.command('exec-inside', { hidden: true }))
  .description('the second half of exec, inside the private namespace')
  .argument('<command...>')
  .option('--control <socket>')
  .action(async (command: readonly string[], options: ExecOptions) => {
    process.exitCode = await execInside(command, options);
  });

program
  .command('profiles')
  .description('list the built-in hosts')
  .action(() => {
    process.stdout.write(`${listProfiles()}\n`);
  });

function withHostOptions(command: Command): Command {
  return command
    .requiredOption('--host <profile>', 'a built-in profile (see `profiles`) or a .json file')
    .option('--seed <number>', 'same seed, same values at the same time since the start', wholeNumber, 1)
    .option('--command-log <file>', 'append one JSON line for each command')
    .addOption(
      new Option(
        '--front-end <kind>',
        'what nodes in dev/ are: files on FUSE, or character devices of this machine (needs root and /dev/cuse)',
      )
        .choices(FRONT_ENDS)
        .default('fuse'),
    );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0 up is expected');
  return value;
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`nicdiag-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
