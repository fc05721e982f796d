import { readFileSync } from 'node:fs';

/** The text of one generated table. In a bundle the folder `layouts` lies beside it; where all is one file this module is
 * replaced. */
export function readLayoutFile(name: string): Buffer {
  return readFileSync(new URL(`./layouts/${name}.json`, import.meta.url));
}
