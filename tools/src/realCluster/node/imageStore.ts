import { join } from 'node:path';
import { CommandError, runCommand } from '../runCommand.ts';
import type { NodeConfig } from './nodeConfig.ts';

/** Puts an image into the node's store; an image of the same name takes the place of the one before.
 * @param archive an OCI archive whose index names the image
 * @throws CommandError */
export async function importImage({ runtime }: Pick<NodeConfig, 'runtime'>, archive: string): Promise<void> {
  await runCommand(ctr(runtime), ['--namespace=k8s.io', 'images', 'import', archive]);
}

export async function containerdAnswers({ runtime }: Pick<NodeConfig, 'runtime'>): Promise<boolean> {
  try {
    await runCommand(ctr(runtime), ['version']);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

/** containerd's own client. */
export function ctr(runtime: NodeConfig['runtime']): string {
  return join(runtime.path[0] ?? '/usr/bin', 'ctr');
}
