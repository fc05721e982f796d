import { readFileSync } from 'node:fs';

/** A small file that somebody else replaces now and then: a projected token, a CA bundle. */
export interface FreshFile {
  /** Its text, read anew when the last reading is old.
   * @throws an Error that names the file, its cause that of the read */
  read(): string;
  /** After a refusal: the next `read` goes to the disk. */
  expire(): void;
}

/** How long a reading is used. The kubelet replaces a token when 80 % of its life is over, so minutes are left. */
const MAX_AGE_MS = 60_000;

/** Reads synchronously: a projected volume is memory, and the file has 1 kB.
 * @param what for the message: `the token of the API server` */
export function createFreshFile(path: string, what: string, now: () => number = () => performance.now()): FreshFile {
  let last: { readonly text: string; readonly at: number } | undefined;
  return {
    read() {
      if (last !== undefined && now() - last.at < MAX_AGE_MS) return last.text;
      try {
        last = { text: readFileSync(path, 'utf8').trim(), at: now() };
      } catch (cause) {
        throw new Error(`cannot read ${what} from ${path}; is the projected volume mounted?`, { cause });
      }
      return last.text;
    },
    expire() {
      last = undefined;
    },
  };
}
