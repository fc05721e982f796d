import { readdirSync } from 'node:fs';
import { loadHostProfile } from '../host/profile.ts';

/** Names of the built-in hosts. */
export function builtInProfiles(): readonly string[] {
  return readdirSync(new URL('../../profiles/', import.meta.url))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** `profiles`: one line for each built-in host. */
export function listProfiles(): string {
  const names = builtInProfiles();
  return names.map((name) => `${name}   ${loadHostProfile(name).description}`).join('\n');
}
