import { packed } from 'embedded:laneWorker';
import type { LaneWorkerEntry } from '../../../../mlx5/src/lane/laneWorkerEntry.ts';
import { unpack } from './unpack.ts';

/** In the one-file program, instead of mlx5/src/lane/laneWorkerEntry.ts. */
export function laneWorkerEntry(): LaneWorkerEntry {
  return { entry: unpack(packed), eval: true };
}
