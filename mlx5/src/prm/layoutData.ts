import { readFileSync } from 'node:fs';

/** Reads one of the generated tables. They are parsed at first use and never imported: imported literals cost five
 * times the memory (24 MiB against 5). In a bundle the folder `layouts` lies beside the bundle. */
export function readLayoutData(name: string): unknown {
  return JSON.parse(readLayoutFile(name).toString());
}

/** The text of one of them. */
export function readLayoutFile(name: string): Buffer {
  return readFileSync(new URL(`./layouts/${name}.json`, import.meta.url));
}

let version: string | undefined;

/** Version of the layout data. Decoding is a pure function of raw bytes and this version. */
export function layoutVersion(): string {
  version ??= String((readLayoutData('version') as { version: unknown }).version);
  return version;
}
