import { type Installed, until } from './installed.ts';

/** A command takes this long while a capture is to be disturbed: a Standard dump would take a minute. */
const SLOW_MS = 150;

/** Starts a capture on devices that are slow, and resolves when all nodes are in the middle of it.
 * @returns lets the devices be quick again */
export async function midCapture(
  installed: Installed,
  name: string,
  nodes: readonly string[] = ['gpu-a', 'gpu-b'],
): Promise<() => Promise<void>> {
  const { cluster } = installed;
  const hosts = nodes.map((node) => cluster.node(node));
  for (const host of hosts) await host.control({ fault: 'delay', ms: SLOW_MS });
  const before = hosts.map((host) => registersRead(host.commandLog()));
  await installed.capture(name, { nodeNames: [...nodes] });
  for (const [index, host] of hosts.entries()) {
    const begun = (before[index] ?? 0) + 10;
    await until(`${host.name} is in the middle of ${name}`, () => registersRead(host.commandLog()) > begun);
  }
  return async () => {
    for (const host of hosts) if (host.isRunning()) await host.control({ fault: 'clear' });
  };
}

/** Reads of a register that the agent's own looks at its devices do not ask for, but every dump does. */
function registersRead(log: ReadonlyArray<{ readonly register?: string }>): number {
  return log.filter(({ register }) => register === 'PPCNT').length;
}
