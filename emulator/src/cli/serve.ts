import { resolve } from 'node:path';
import { openControlSocket } from '../control/controlSocket.ts';
import { openDevlinkSocket } from '../devlink/devlinkSocket.ts';
import { loadHostProfile } from '../host/profile.ts';
import { type FrontEnd, NO_FURNITURE } from '../program/messages.ts';
import { startHost } from '../program/runningHost.ts';

export interface ServeOptions {
  readonly host: string;
  readonly root: string;
  readonly seed: number;
  readonly frontEnd: FrontEnd;
  readonly commandLog?: string;
  readonly control?: string;
  readonly devlinkSocket?: string;
}

/** `serve`: a host below a directory, until a signal or until somebody unmounts it. Prints the control socket's path,
 * then `ready`. */
export async function serve({
  host,
  root,
  seed,
  frontEnd,
  commandLog,
  control,
  devlinkSocket,
}: ServeOptions): Promise<void> {
  const directory = resolve(root);
  // From the first moment on: a mount that is made must be taken away.
  const stopAsked = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stopAsked.resolve());
  const running = await startHost({
    profile: loadHostProfile(host),
    root: directory,
    seed,
    frontEnd,
    furniture: NO_FURNITURE,
    ...(commandLog === undefined ? {} : { commandLog: resolve(commandLog) }),
  });
  // Outside the mount, where its clients do not depend on the emulator to reach it.
  const socketPath = resolve(control ?? `${directory}.control`);
  const socket = await openControlSocket(socketPath, (request) => running.control(request));
  const devlink =
    devlinkSocket === undefined
      ? undefined
      : await openDevlinkSocket(resolve(devlinkSocket), (request) => running.devlink(request));
  void stopAsked.promise.then(() => running.stop());
  process.stdout.write(`control ${socketPath}\nready\n`);
  try {
    await running.ended;
  } finally {
    socket.close();
    devlink?.close();
  }
}
