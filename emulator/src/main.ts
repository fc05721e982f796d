import { Command, InvalidArgumentError } from 'commander';
import { serve } from './cli/serve.ts';

const program = new Command('nicdiag-emulator').description(
  'A ConnectX firmware in software, answering ioctl(2) through FUSE',
);

program
  .command('serve')
  .description('make <root>/dev and <root>/sys of an emulated host; prints "ready" when they answer, ends on SIGTERM')
  .requiredOption('--host <profile>', 'a built-in profile (see `profiles`) or a .json file')
  .requiredOption('--root <directory>', 'where to mount')
  .option('--seed <number>', 'same seed, same values at the same time since the start', wholeNumber, 1)
  .option('--command-log <file>', 'append one JSON line for each command')
  .option('--control <socket>', 'unix socket for faults and queries (default: <root>.control)')
  .action(serve);

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
