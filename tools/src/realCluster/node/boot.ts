import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MAIN } from '../../stack/paths.ts';
import { readNodeConfig } from './nodeConfig.ts';
import { configureNetwork } from './nodeNetwork.ts';
import { enterRootFilesystem } from './rootFilesystem.ts';

/* `boot.ts CONFIG`: first program of a node's namespaces. Makes its root filesystem and network, then lets the node's
 * programs run, on an emulated host that takes the place of /dev and /sys. When this ends, the node ends. */
const [path = ''] = process.argv.slice(2);
const config = readNodeConfig(path);
// Before the network: /sys shows the links of the namespace in which it was mounted.
enterRootFilesystem(config);
await configureNetwork(config);

const supervisor = [process.execPath, fileURLToPath(new URL('supervise.ts', import.meta.url)), path];
const [program = '', ...args] = [...emulator(), ...supervisor];
const child = spawn(program, args, { stdio: 'inherit' });
child.once('exit', (code, signal) => {
  process.stderr.write(`the programs of ${config.name} ended (${signal ?? code})\n`);
  process.exitCode = 1;
});

function emulator(): string[] {
  const { emulated } = config;
  if (emulated === undefined) return [];
  const { profile, seed, control, commandLog } = emulated;
  const options = ['--host', profile, '--seed', `${seed}`, '--control', control, '--command-log', commandLog];
  return [process.execPath, MAIN.emulator, 'exec', ...options, '--'];
}
