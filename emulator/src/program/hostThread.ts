import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { answerControl } from '../control/answerControl.ts';
import { openCuseDevices } from '../cuse/openDevices.ts';
import { answerDevlink } from '../devlink/answerDevlink.ts';
import { createCommandLog } from '../driver/commandLog.ts';
import { createFaultTable } from '../faults/faultTable.ts';
import { createSystemClock } from '../firmware/state/clock.ts';
import { createRequestLoop } from '../fuse/requestLoop.ts';
import { createFuseServer } from '../fuse/server.ts';
import type { Tree } from '../fuse/tree.ts';
import { createHost } from '../host/host.ts';
import {
  type ControlMessage,
  type Furniture,
  type HostThreadData,
  isDevlinkRequest,
  type ThreadMessage,
} from './messages.ts';

/** How long to wait for a request before looking at the control messages; also how late a held call may be. */
const POLL_MS = 5;

/** The one thread that owns a host's model and answers its requests, until the mount is gone. A blocked read would run
 * neither timers nor messages, so it polls. */
function run({ fuseFd, frontEnd, profile, seed, commandLog, furniture, posted }: HostThreadData): void {
  if (parentPort === null) throw new Error('hostThread.ts runs as a worker thread');
  const port = parentPort;
  const send = (message: ThreadMessage): void => port.postMessage(message);
  const faults = createFaultTable();
  const log = createCommandLog(commandLog);
  using devices = new DisposableStack();
  const cuse = frontEnd === 'cuse' ? openCuseDevices(profile) : [];
  for (const device of cuse) devices.use(device);
  const characterDevices = new Map(cuse.map((device) => [device.path, device]));
  const host = createHost({ profile, seed, clock: createSystemClock(), faults, log, characterDevices });
  furnish(host.tree, furniture);
  const server = createFuseServer(fuseFd, host.tree);
  const loop = createRequestLoop([server, ...cuse]);
  const postedCount = new Int32Array(posted);
  let seen = 0;
  let announced = false;

  for (;;) {
    if (!loop.serve(POLL_MS)) return;
    if (!announced && server.initialised) {
      announced = true;
      send({ type: 'initialised' });
    }
    while (seen < Atomics.load(postedCount, 0)) {
      const received: { message: ControlMessage } | undefined = receiveMessageOnPort(port);
      if (received === undefined) break;
      seen++;
      const { id, request } = received.message;
      const answer = isDevlinkRequest(request)
        ? answerDevlink(request, host.functions)
        : answerControl({ host, faults, log }, request);
      send({ type: 'answer', id, answer });
    }
  }
}

function furnish(tree: Tree, { directories, files, links }: Furniture): void {
  for (const path of directories) tree.directory(path).permanent = true;
  for (const path of files) tree.text(path, '', 0o666);
  for (const [path, target] of Object.entries(links)) tree.symlink(path, target);
}

run(workerData as HostThreadData);
