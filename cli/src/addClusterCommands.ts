import { SYSTEM_NAMESPACE } from '@nicdiag/api';
import type { Command } from 'commander';
import type { CaptureOptions } from './commands/capture.ts';
import type { DevicesOptions } from './commands/devices.ts';
import type { DownloadOptions } from './commands/download.ts';
import type { ListOptions } from './commands/list.ts';
import { addConnectionFlags, type ConnectionFlags, collect } from './connection/connectionFlags.ts';
import type { Io } from './io.ts';
import type { AddCommand } from './program.ts';

/** The commands that talk to a cluster. */
export function addClusterCommands(add: AddCommand, io: Io, exitWith: (code: number) => void): void {
  /** A command's own options come before those of the connection, in help too. */
  const addConnected = (name: string, description: string, declare: (command: Command) => Command) =>
    addConnectionFlags(declare(add(name, description).helpGroup('In a cluster:')));

  addConnected('capture', 'create a DiagnosticCapture, wait for it, download what it brought', (command) =>
    command
      .argument('[name]', 'name of the capture, if no file describes it (default: one is made)')
      .option('-f, --filename <file>', 'a file describes it: YAML or JSON, - for standard input')
      .optionsGroup('What to capture, instead of a file:')
      .option('--node <name>', 'on this node, may be repeated', collect)
      .option('--node-selector <labels>', 'on nodes with these labels')
      .option('--pod-selector <labels>', "on the nodes of the namespace's Pods with these labels, as they run now")
      .option('--device <device>', 'only this PCI address, interface or RDMA device, may be repeated', collect)
      .option('--collector <type[=what]>', 'what to collect, e.g. RegisterDump=PAOS,PDDR; may be repeated', collect)
      .option('--impact <impact>', 'the most it may do to a device: ReadOnly, DebugWrite or Intrusive')
      .option('--deadline <duration>', 'when it ends at the latest, such as 10m')
      .option('--max-nodes <number>', 'nodes at once')
      .optionsGroup('What to do with it:')
      .option('--dry-run <mode>', 'client or server: check it and print it, create nothing')
      .option('--wait', 'follow it to its end')
      .option('--download <directory>', 'wait until it is sealed and download the bundle there')
      .option('--timeout <duration>', 'longest wait, such as 5m (default: its deadline and two minutes)')
      .option('-o, --output <format>', OUTPUT)
      .option('--system-namespace <name>', SYSTEM, SYSTEM_NAMESPACE),
  ).action(async (name: string | undefined, options: CaptureOptions) => {
    const { captureCommand } = await import('./commands/capture.ts');
    exitWith(await captureCommand(name, options, io));
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
  addConnected('describe', 'show what became of a capture, node by node, and what each reason means', (command) =>
    command.argument('<capture>', 'its name'),
  ).action(async (name: string, options: ConnectionFlags) => {
    const { describeCommand } = await import('./commands/describe.ts');
    await describeCommand(name, options, io);
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
}

const OUTPUT = 'json, yaml, wide or name';
const SYSTEM = "namespace of the artifact server's Service";
