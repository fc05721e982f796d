import { readdirSync } from 'node:fs';

/** Names of the files in an agent's spool. */
export function spooledFiles(stateDirectory: string): string[] {
  return readdirSync(`${stateDirectory}/spool`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}
