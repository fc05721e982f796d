import type { LoggedCommand } from '@nicdiag/tools';

/** What the agent asks of a device by itself, to fill in its NicDevice. */
const LOOK: ReadonlySet<unknown> = new Set([
  ...['MGIR', 'MSGI', 'PAOS', 'PTYS', 'PDDR', 'MTMP', 'MPEIN', 'PMLP', 'PMAOS'],
]);

/** The commands that captures gave, without those of the driver and without the agent's own looks at its devices: these
 * come at any time, each in a user context of its own. */
export function captureCommands(log: readonly LoggedCommand[]): LoggedCommand[] {
  const contexts: LoggedCommand[][] = [];
  const open = new Map<string, LoggedCommand[]>();
  const begin = (device: string): LoggedCommand[] => {
    const context: LoggedCommand[] = [];
    contexts.push(context);
    open.set(device, context);
    return context;
  };
  for (const line of log) {
    // The driver's: a context is made or removed. A device has one at a time here.
    if (line.uid === 0) open.delete(line.device);
    else (open.get(line.device) ?? begin(line.device)).push(line);
  }
  return contexts.filter((context) => !context.every(isOfLook)).flat();
}

function isOfLook({ command, register, opMod }: LoggedCommand): boolean {
  return command === 'ACCESS_REG' ? LOOK.has(register) : command === 'QUERY_HCA_CAP' && opMod === 1;
}
