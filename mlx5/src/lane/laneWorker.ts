/** The entry of a lane's worker thread, which works one job after another. A bundle has it as a file of its own beside
 * the one that has `runLane`, with the same extension. */
import { parentPort } from 'node:worker_threads';
import type { LaneEvent, LaneJob } from './events.ts';
import { createWorkerControl } from './sharedControl.ts';
import { workLane } from './workLane.ts';

/** What `runLane` sends to its worker. */
export interface LaneOrder {
  readonly job: LaneJob;
  readonly control: SharedArrayBuffer;
}

if (parentPort !== null) {
  const port = parentPort;
  const send = (event: LaneEvent, transfer: ArrayBuffer[] = []): void => port.postMessage(event, transfer);
  port.on('message', ({ job, control }: LaneOrder) => workLane(job, createWorkerControl(control), send));
}
