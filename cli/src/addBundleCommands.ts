import type { DecodeOptions } from './commands/decode.ts';
import type { DescribeBundleOptions } from './commands/describeBundle.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { VerifyOptions } from './commands/verify.ts';
import { collect } from './connection/connectionFlags.ts';
import type { Io } from './io.ts';
import type { AddCommand } from './program.ts';

/** The commands for bundles, wherever they are; they need no cluster. */
export function addBundleCommands(add: AddCommand, io: Io, exitWith: (code: number) => void): void {
  const addForBundle: AddCommand = (name, description) => add(name, description).helpGroup('With a bundle:');

  addForBundle('describe-bundle', 'show what is in a bundle: nodes, devices, collectors, files, what went wrong')
    .argument('<path>', 'bundle, or the folder that one was extracted to')
    .option('-o, --output <format>', 'json: the manifests')
    .action(async (path: string, options: DescribeBundleOptions) => {
      const { describeBundleCommand } = await import('./commands/describeBundle.ts');
      await describeBundleCommand(path, options, io);
    });
  addForBundle('verify', 'check a bundle against its manifests')
    .argument('<bundle>', 'a .tar.zst')
    .option('--digest <digest>', 'status.manifest.digest of the capture')
    .option('-o, --output <format>', 'json')
    .action(async (path: string, options: VerifyOptions) => {
      const { verifyCommand } = await import('./commands/verify.ts');
      await verifyCommand(path, options, io);
    });
  addForBundle('decode', 'decode registers and capabilities of a bundle, an extracted folder or a raw file')
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
  addForBundle(
    'diff',
    'compare two bundles, folders or raw files: fields that differ, counters with their growth and rate',
  )
    .argument('<a>', 'the earlier one')
    .argument('<b>', 'the later one')
    .option('-o, --output <format>', 'json: one object an item')
    .option('--exit-code', 'exit with 1 when something differs')
    .action(async (a: string, b: string, options: DiffOptions) => {
      const { diffCommand } = await import('./commands/diff.ts');
      exitWith(await diffCommand(a, b, options, io));
    });
}
