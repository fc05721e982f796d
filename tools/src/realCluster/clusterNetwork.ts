import { readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Nursery } from '../nursery/nursery.ts';
import { type AddressPlan, addressPlan } from './addressPlan.ts';
import { CommandError, runCommand } from './runCommand.ts';

/** Of 10.0.0.0/8: blocks that are tried for a cluster. */
const BLOCKS = { first: 64, count: 128 } as const;
const BRIDGE = 'nodes';

/** The wire between a cluster's nodes and this machine. */
export interface ClusterNetwork {
  readonly plan: AddressPlan;
  /** Plugs a node in: its network namespace gets `eth0`, this machine a route to its Pods.
   * @param pid of a process in its namespace */
  join(node: { readonly name: string; readonly number: number; readonly pid: number }): Promise<void>;
}

/** Makes a bridge in a network namespace that a process of the nursery holds, and a link from this machine to it. Of all
 * that, nothing is in this machine's own namespace but the end of that link, which the kernel takes away with the other
 * one: when the nursery's processes are gone, so are links, addresses and routes. */
export async function createClusterNetwork(nursery: Nursery): Promise<ClusterNetwork> {
  const switchboard = nursery.spawn('switchboard', ['unshare', '--net', '--', 'sleep', 'infinity']);
  await untilOwnNetwork(switchboard.pid);
  const bridged = (...args: string[]): Promise<string> =>
    runCommand('nsenter', ['-n', '-t', `${switchboard.pid}`, 'ip', ...args]);
  const { block, link } = await claimBlock(switchboard.pid);
  const plan = addressPlan(block);
  await bridged('link', 'add', BRIDGE, 'type', 'bridge');
  await bridged('link', 'set', BRIDGE, 'up');
  await bridged('link', 'set', 'machine', 'master', BRIDGE, 'up');
  await runCommand('ip', ['address', 'add', `${plan.machine}/24`, 'dev', link]);
  await runCommand('ip', ['link', 'set', link, 'up']);
  return {
    plan,
    async join({ name, number, pid }) {
      // The kernel takes the link of a node that lost its power away at its leisure.
      await removeLink(bridged, `n${number}`);
      await bridged('link', 'add', `n${number}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${pid}`);
      await bridged('link', 'set', `n${number}`, 'alias', name, 'master', BRIDGE, 'up');
      await runCommand('ip', ['route', 'replace', plan.podsOf(number), 'via', plan.node(number), 'dev', link]);
      // Any node translates the addresses of Services; the first one does it for this machine.
      if (number === 1) await runCommand('ip', ['route', 'replace', plan.services, 'via', plan.node(1), 'dev', link]);
    },
  };
}

const OWN_NETWORK_MS = 30_000;
const POLL_MS = 10;

/** A process that was just started is in this one's namespace for a moment. */
async function untilOwnNetwork(pid: number): Promise<void> {
  const ours = readlinkSync('/proc/self/ns/net');
  const deadline = Date.now() + OWN_NETWORK_MS;
  while (readlinkSync(`/proc/${pid}/ns/net`) === ours) {
    if (Date.now() > deadline) throw new CommandError('unshare made no network namespace: this needs root');
    await setTimeout(POLL_MS);
  }
}

async function removeLink(ip: (...args: string[]) => Promise<string>, link: string): Promise<void> {
  try {
    await ip('link', 'delete', link);
  } catch (error) {
    if (!(error instanceof CommandError && /Cannot find device/.test(error.message))) throw error;
  }
}

/** The name of a block's link is what keeps it from other clusters. */
async function claimBlock(pid: number): Promise<{ readonly block: number; readonly link: string }> {
  const refusals: string[] = [];
  for (let tried = 0; tried < BLOCKS.count; tried++) {
    const block = BLOCKS.first + ((process.pid + tried) % BLOCKS.count);
    if (isTaken(block)) continue;
    const link = `nicdiag-${block}`;
    try {
      await runCommand('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'machine', 'netns', `${pid}`]);
      return { block, link };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refusals.push(error.message);
      if (!/exists/.test(error.message)) break;
    }
  }
  throw new CommandError(`no link could be made for the cluster's network (this needs root): ${refusals.at(-1) ?? ''}`);
}

function isTaken(block: number): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.some(({ address }) => address.startsWith(`10.${block}.`));
}
