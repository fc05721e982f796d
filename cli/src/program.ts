import { SYSTEM_NAMESPACE } from '@nicdiag/api';
import { Command, CommanderError } from 'commander';
import type { CaptureOptions } from './commands/capture.ts';
import type { DecodeOptions } from './commands/decode.ts';
import type { DevicesOptions } from './commands/devices.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { DownloadOptions } from './commands/download.ts';
import type { ListOptions } from './commands/list.ts';
import type { VerifyOptions } from './commands/verify.ts';
import { addConnectionFlags, collect } from './connection/connectionFlags.ts';
import { errorLines } from './errorLines.ts';
import { EXIT, UsageError } from './exitCodes.ts';
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
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (io.signal.aborted) return EXIT.interrupted;
    for (const line of errorLines(error)) io.err(`${line}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

/** Commands are loaded when they run: those without a cluster do not pay for the Kubernetes client, nor the others for
 * the layouts. */
function buildProgram(io: Io, exitWith: (code: number) => void): Command {
  const program = new Command(programName())
    .description('Diagnostics of ConnectX NICs as Kubernetes resources')
    .usage('COMMAND [options]')
    .version(`nicdiag ${CLI_VERSION}`)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError(`(${programName()} COMMAND --help says what there is; options come after the command)`)
    .exitOverride();
  const add = (name: string, description: string) => program.command(name).description(description).exitOverride();

  /** A command's own options come before those of the connection, in help too. */
  const addConnected = (name: string, description: string, declare: (command: Command) => Command) =>
    addConnectionFlags(declare(add(name, description)));

  addConnected('capture', 'create a DiagnosticCapture from a file, wait for it, download what it brought', (command) =>
    command
      .requiredOption('-f, --filename <file>', 'YAML or JSON, - for standard input')
      .option('--wait', 'follow it to its end')
      .option('--download <directory>', 'wait until it is sealed and download the bundle there')
      .option('--timeout <duration>', 'longest wait, such as 5m (default: its deadline and two minutes)')
      .option('-o, --output <format>', OUTPUT)
      .option('--system-namespace <name>', SYSTEM, SYSTEM_NAMESPACE)
      .addHelpText('after', EXIT_CODES),
  ).action(async (options: CaptureOptions) => {
    const { captureCommand } = await import('./commands/capture.ts');
    exitWith(await captureCommand(options, io));
  });
  addConnected('list', 'list captures with what came of them', (command) =>
    command
      .argument('[capture]', 'only this one')
      .option('-A, --all-namespaces', 'in all namespaces')
      .option('-l, --selector <labels>', 'label selector')
      .option('-o, --output <format>', OUTPUT),
  ).action(async (name: string | undefined, options: ListOptions) => {
    const { listCommand } = await import('./commands/list.ts');
    await listCommand(name, options, io);
  });
  addConnected('devices', 'list the NICs of the cluster, how they are and why', (command) =>
    command
      .option('--node <name>', 'only of this node')
      .option('-l, --selector <labels>', 'label selector')
      .option('-o, --output <format>', OUTPUT),
  ).action(async (options: DevicesOptions) => {
    const { devicesCommand } = await import('./commands/devices.ts');
    await devicesCommand(options, io);
  });
  addConnected('download', 'download the bundle of a sealed capture and verify it', (command) =>
    command
      .argument('<capture>', 'its name')
      .option('-o, --output-dir <directory>', 'where to', '.')
      .option('--extract', 'leave a folder with the files instead of the bundle')
      .option('--system-namespace <name>', SYSTEM, SYSTEM_NAMESPACE),
  ).action(async (name: string, options: DownloadOptions) => {
    const { downloadCommand } = await import('./commands/download.ts');
    await downloadCommand(name, options, io);
  });
  add('decode', 'decode registers and capabilities of a bundle, an extracted folder or a raw file')
    .argument('<path>', 'bundle, folder or raw.bin')
    .option('--register <name>', 'only this register or capability, may be repeated', collect)
    .option('--failed', 'only what was refused or failed')
    .option('--report', 'the one-page report of each collector that has one, instead of its items')
    .option('--type <type>', 'with --report: type of the collector, for a raw file without its manifest')
    .option('-o, --output <format>', 'json: one object a line')
    .action(async (path: string, options: DecodeOptions) => {
      const { decodeCommand } = await import('./commands/decode.ts');
      await decodeCommand(path, options, io);
    });
  add('diff', 'compare two bundles, folders or raw files: fields that differ, counters with their growth and rate')
    .argument('<a>', 'the earlier one')
    .argument('<b>', 'the later one')
    .option('-o, --output <format>', 'json: one object an item')
    .option('--exit-code', 'exit with 1 when something differs')
    .action(async (a: string, b: string, options: DiffOptions) => {
      const { diffCommand } = await import('./commands/diff.ts');
      exitWith(await diffCommand(a, b, options, io));
    });
  add('verify', 'check a bundle against its manifests')
    .argument('<bundle>', 'a .tar.zst')
    .option('--digest <digest>', 'status.manifest.digest of the capture')
    .option('-o, --output <format>', 'json')
    .action(async (path: string, options: VerifyOptions) => {
      const { verifyCommand } = await import('./commands/verify.ts');
      await verifyCommand(path, options, io);
    });
  addLocalCommands(add, io, exitWith);
  return program;
}

const EXIT_CODES = `
Exit codes: ${EXIT.done} all done, ${EXIT.failed} nothing done or an error, ${EXIT.partial} partly done, ${EXIT.usage} the command line or a file cannot be used,
${EXIT.cancelled} cancelled, ${EXIT.interrupted} interrupted`;
const OUTPUT = 'json, yaml, wide or name';
const SYSTEM = "namespace of the artifact server's Service";
