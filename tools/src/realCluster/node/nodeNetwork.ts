import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { runCommandSync } from '../runCommand.ts';
import type { NodeConfig } from './nodeConfig.ts';

const POLL_MS = 10;
const LINK_MS = 60_000;

/** Names the node and gives its `eth0`, which somebody outside plugs in, addresses and routes. */
export async function configureNetwork(config: NodeConfig): Promise<void> {
  const ip = (...args: string[]): void => runCommandSync('ip', args);
  runCommandSync('hostname', [config.name]);
  ip('link', 'set', 'lo', 'up');
  const deadline = Date.now() + LINK_MS;
  while (!existsSync('/sys/class/net/eth0')) {
    if (Date.now() > deadline) throw new Error(`${config.name} was not plugged in: there is no eth0`);
    await setTimeout(POLL_MS);
  }
  ip('address', 'add', `${config.address}/${config.prefixLength}`, 'dev', 'eth0');
  ip('link', 'set', 'eth0', 'up');
  ip('route', 'add', 'default', 'via', config.gateway);
  const routes = config.routes.map(({ to, via }) => `route add ${to} via ${via}\n`);
  execFileSync('ip', ['-batch', '-'], { input: routes.join('') });
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  // Nothing else answers names here, and nothing shall wait for a resolver that cannot be reached.
  writeFileSync('/etc/resolv.conf', `nameserver ${config.address}\n`);
}
