import { extname } from 'node:path';

/** What a lane's thread runs. */
export interface LaneWorkerEntry {
  /** A file, or the program's text where `eval` is set. */
  readonly entry: URL | string;
  readonly eval: boolean;
}

/** It lies beside this file, from source and in a bundle alike, and has the same extension. Where all is one file this
 * module is replaced. */
export function laneWorkerEntry(): LaneWorkerEntry {
  return {
    entry: new URL(`./laneWorker${extname(new URL(import.meta.url).pathname)}`, import.meta.url),
    eval: false,
  };
}
