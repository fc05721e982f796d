import type { LoggedCommand } from '@nicdiag/tools';

/** What the agent asks of a device by itself, to fill in its NicDevice. */
const LOOK: ReadonlySet<unknown> = new Set([
  ...['MGIR', 'MSGI', 'PAOS', 'PTYS', 'PDDR', 'MTMP', 'MPEIN', 'PMLP', 'PMAOS'],
]);

/** The commands that captures gave, without those of the driver and without the agent's own looks at its devices: these
 * come at any time, each in a user context of its own. */
export function captureCommands(log: readonly LoggedCommand[]): LoggedCommand[] {
  return captureContexts(log).flat();
}

/** The same, context by context in the order in which their first commands came. */
export function captureContexts(log: readonly LoggedCommand[]): readonly (readonly LoggedCommand[])[] {
  return userContexts(log).filter((context) => !context.every(isOfLook));
}

/** Commands of users by the user context that they came through. A context may end after the next on the same device was
 * made: DESTROY_UCTX comes some time after close(2). */
function userContexts(log: readonly LoggedCommand[]): LoggedCommand[][] {
  const contexts: LoggedCommand[][] = [];
  const open = new Map<string, LoggedCommand[]>();
  for (const line of log) {
    const key = `${line.device} ${line.uid || line.userContext}`;
    const context = open.get(key);
    // A UID that the driver speaks of begins or ends: what comes with it from here on is another context's.
    if (line.uid === 0) open.delete(key);
    else if (context !== undefined) context.push(line);
    else {
      const begun = [line];
      contexts.push(begun);
      open.set(key, begun);
    }
  }
  return contexts;
}

function isOfLook({ command, register, opMod }: LoggedCommand): boolean {
  if (command === 'ACCESS_REG') return LOOK.has(register);
  return command === 'QUERY_ADAPTER' || (command === 'QUERY_HCA_CAP' && opMod === 1);
}
