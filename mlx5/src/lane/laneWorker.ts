/** The entry of a lane's worker thread. A bundle has it as a file of its own beside the one that has `runLane`, with the
 * same extension. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LaneEvent, LaneJob } from './events.ts';
import { createWorkerControl } from './sharedControl.ts';
import { workLane } from './workLane.ts';

/** What `runLane` hands to its worker. */
export interface LaneWorkerData {
  readonly job: LaneJob;
  readonly control: SharedArrayBuffer;
}

if (parentPort !== null) {
  const port = parentPort;
  const { job, control } = workerData as LaneWorkerData;
  const send = (event: LaneEvent, transfer: ArrayBuffer[] = []): void => port.postMessage(event, transfer);
  workLane(job, createWorkerControl(control), send);
}
