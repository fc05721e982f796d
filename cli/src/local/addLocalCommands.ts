import { Argument, type Command } from 'commander';
import type { Io } from '../io.ts';
import type { LocalOptions } from './collectCommand.ts';
import type { InfoOptions } from './infoCommand.ts';
import { LOCAL_COMMANDS } from './localCommands.ts';
import type { RpcOptions } from './rpcCommand.ts';
import type { RunOptions } from './run/runCommand.ts';

/** The commands for the devices of the host that they run on; they need no cluster.
 * @param add makes a command of the program */
export function addLocalCommands(
  add: (name: string, description: string) => Command,
  io: Io,
  exitWith: (code: number) => void,
): void {
  const addLocal = (name: string, description: string) =>
    add(name, description)
      .helpGroup('On this host, without a cluster:')
      .option('--host-root <directory>', 'where /dev and /sys of the host are', '/');
  const addForDevice = (name: string, description: string) =>
    addLocal(name, description).option('-d, --device <device>', DEVICE);

  addLocal('device', 'list the devices, and which of them have a debug channel')
    .addArgument(new Argument('[list]', 'the only thing to do with them').choices(['list']))
    .option('-o, --output <format>', 'text, wide, json or yaml')
    .action(async (_list: string | undefined, options: { readonly hostRoot: string; readonly output?: string }) => {
      const { discoverDevices, discoverUnreachable } = await import('@nicdiag/mlx5');
      const { printDevices } = await import('./deviceList.ts');
      const { hostRoot } = options;
      printDevices(discoverDevices({ hostRoot }), discoverUnreachable({ hostRoot }), options.output, io);
    });
  addForDevice('info', 'show what the kernel says of a device and its debug channel')
    .option('-o, --output <format>', 'text, json or yaml')
    .action(async (options: InfoOptions) => {
      const { infoCommand } = await import('./infoCommand.ts');
      await infoCommand(options, io);
    });
  addForDevice('rpc', 'give one command to firmware as it is: the whole inbox, the answer as it came')
    .argument('[inbox]', 'hex digits, header included; the kernel stamps the user id')
    .option('--in <file>', 'the inbox from a file')
    .option('--out-length <bytes>', 'length of the outbox', '272')
    .option('--allow-write', 'let anything pass that is not a known read: it may change the device')
    .option(
      '-o, --output <format>',
      'hex, raw, text, json or yaml; text and the fields where the answer has a public layout',
    )
    .action(async (inbox: string | undefined, options: RpcOptions) => {
      const { rpcCommand } = await import('./rpcCommand.ts');
      exitWith(await rpcCommand(inbox, options, io));
    });
  addLocal('run', 'run the collectors of a DiagnosticCapture here and write the bundle that a cluster would')
    .requiredOption('-f, --filename <file>', 'YAML or JSON, - for standard input')
    .option('--output <directory>', 'where the bundle goes', '.')
    .option('--node-name <name>', "this host's name in the bundle (default: its host name)")
    .option('--devlink-socket <socket>', "unix socket that speaks devlink's netlink messages (default: netlink)")
    .option('--dry-run', DRY_RUN)
    .option('-o, --output-format <format>', 'with --dry-run: text, json (one object a line) or yaml')
    .action(async (options: RunOptions) => {
      const { runCommand } = await import('./run/runCommand.ts');
      exitWith(await runCommand(options, io));
    });
  for (const local of LOCAL_COMMANDS) {
    const command = addForDevice(local.name, local.description)
      .option('-o, --output <format>', FORMATS_HELP)
      .option(
        '--impact <impact>',
        'the most that it may do to the device: ReadOnly, DebugWrite or Intrusive',
        'ReadOnly',
      )
      .option('--dry-run', DRY_RUN);
    local.declare(command).action(async (...given: unknown[]) => {
      const { collectCommand } = await import('./collectCommand.ts');
      const { args, options } = split(given);
      exitWith(await collectCommand(local, args, options, io));
    });
  }
}

/** Items come one by one, and a dump has thousands: JSON and YAML can be read as they come. */
const FORMATS_HELP =
  'text; json, one object a line for each read; yaml, one document for each; hex or raw: the bytes as firmware gave them';
const DRY_RUN = 'only say what it needs and would cost at most; no command is given';
const DEVICE = 'node, PCI address, interface or RDMA device (default: the only one)';

/** commander hands over the arguments (a variadic one as a list), then the options, then the command. */
function split(given: readonly unknown[]): { readonly args: readonly string[]; readonly options: LocalOptions } {
  const args = given.slice(0, -2).flatMap((value) => (Array.isArray(value) ? value : [value]));
  return {
    args: args.filter((value): value is string => typeof value === 'string'),
    options: given.at(-2) as LocalOptions,
  };
}
