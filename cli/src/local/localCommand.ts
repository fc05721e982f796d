import type { CollectorSpec, DevlinkAccess, Item } from '@nicdiag/mlx5';
import type { Command } from 'commander';

/** A command that runs one collector on a device of this host and prints what it read. */
export interface LocalCommand {
  readonly name: string;
  readonly description: string;
  /** Declares arguments and options of its own. */
  declare(command: Command): Command;
  /** What they ask for.
   * @throws UsageError */
  request(args: readonly string[], options: Readonly<Record<string, unknown>>): LocalRequest | Promise<LocalRequest>;
}

export interface LocalRequest {
  readonly spec: CollectorSpec;
  /** Where devlink answers. Default: netlink. */
  readonly devlink?: DevlinkAccess;
  /** False where the items are what was asked for, also as text, and not the collector's page. */
  readonly page?: boolean;
  /** Which items are printed, of those that the collector reads; all without. It reads others to know what there is. */
  readonly shows?: (item: Item) => boolean;
  /** What was asked for by name, where it is not the arguments, and which items are it: without any the command failed.
   * Default: the arguments, and the items that are shown. */
  readonly sought?: { readonly what: string; readonly isFound: (item: Item) => boolean };
}
