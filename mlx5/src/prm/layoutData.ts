import { readLayoutFile } from './layoutFile.ts';

export { readLayoutFile };

/** Reads one of the generated tables. They are parsed at first use and never imported: imported literals cost five
 * times the memory (24 MiB against 5). */
export function readLayoutData(name: string): unknown {
  return JSON.parse(readLayoutFile(name).toString());
}

let version: string | undefined;

/** Version of the layout data. Decoding is a pure function of raw bytes and this version. */
export function layoutVersion(): string {
  version ??= String((readLayoutData('version') as { version: unknown }).version);
  return version;
}
